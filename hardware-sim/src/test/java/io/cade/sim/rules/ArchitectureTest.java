package io.cade.sim.rules;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who may use whom among the modules (DESIGN §2), and where time comes from (§3). */
class ArchitectureTest {
  /**
   * Programs and adapters (the poke socket and the service launcher are adapters to the machine):
   * here, and only here, is the machine's clock read or a thread put to sleep.
   */
  private static final Set<String> ADAPTERS =
      Set.of(
          "io.cade.engine.app.Engine",
          "io.cade.engine.app.EngineMain",
          "io.cade.engine.guard.GuardProgram",
          "io.cade.engine.guard.StateLock",
          "io.cade.engine.cli.CadeCommand",
          "io.cade.agent.app.AgentProgram",
          "io.cade.agent.log.LineLogging",
          "io.cade.agent.run.PokeSocket",
          "io.cade.agent.run.SensorPoll",
          "io.cade.agent.run.ServiceLauncher",
          "io.cade.proxy.app.Accounting",
          "io.cade.proxy.app.EngineConnectors",
          "io.cade.proxy.app.ProxyDaemon",
          "io.cade.proxy.app.ProxyMain",
          "io.cade.sim.app.SimulatorMain",
          "io.cade.sim.bench.SnmpBench",
          "io.cade.sim.bench.SnmpSubject",
          "io.cade.sim.bench.BootServerUnderTest",
          "io.cade.sim.bench.FootprintBench",
          "io.cade.sim.bench.ProxyField",
          "io.cade.sim.bench.RoutesBench",
          "io.cade.sim.bench.SensorBench",
          "io.cade.sim.bench.AlarmBench",
          "io.cade.sim.bench.AgentBench",
          "io.cade.sim.bench.AgentsBench",
          "io.cade.sim.bench.StormBench",
          "io.cade.sim.demo.Demo",
          "io.cade.sim.demo.DemoMain",
          "io.cade.sim.demo.ThreadTurn");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.cade");

  @Test
  void allSixModulesAreRead() {
    for (String module : Set.of("mib", "image", "agent", "proxy", "engine", "sim")) {
      assertThat(CLASSES.stream().filter(c -> c.getPackageName().startsWith("io.cade." + module)))
          .as(module)
          .hasSizeGreaterThan(5);
    }
  }

  @Test
  void modulesUseOnlyThoseBelowThem() {
    uses("mib");
    uses("image");
    uses("agent", "image");
    uses("proxy", "agent");
    uses("engine", "agent", "image", "mib");
  }

  private static void uses(String module, String... others) {
    Set<String> allowed = Set.of(others);
    for (String other : Set.of("mib", "image", "agent", "proxy", "engine", "sim")) {
      if (!other.equals(module) && !allowed.contains(other)) {
        noClasses()
            .that()
            .resideInAPackage("io.cade." + module + "..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.cade." + other + "..")
            .check(CLASSES);
      }
    }
  }

  @Test
  void eachLibraryIsUsedWhereItBelongs() {
    // The measurement asks with requests of SNMPv3 that only SNMP4J can make.
    only("org.snmp4j..", "io.cade.mib..", "io.cade.sim.bench..");
    only("io.netty..", "io.cade.proxy..", "io.cade.engine..", "io.cade.sim..");
    only("com.pi4j..", "io.cade.agent..", "io.cade.sim..");
    only(
        "org.bouncycastle..",
        "io.cade.image..",
        "io.cade.agent..",
        "io.cade.engine..",
        "io.cade.proxy.tls..");
    only("org.h2..", "io.cade.engine.store..");
    only("org.jdbi..", "io.cade.engine.store..");
    only("io.vertx..", "io.cade.engine..");
    only("picocli..", "io.cade.engine.cli..");
    only("org.shredzone..", "io.cade.engine.acme..");
  }

  private static void only(String library, String... users) {
    noClasses()
        .that()
        .resideOutsideOfPackages(users)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
        .check(CLASSES);
  }

  @Test
  void nobodyUsesTheWiring() {
    for (String daemon : Set.of("engine", "proxy", "agent")) {
      noClasses()
          .that()
          .resideInAPackage("io.cade." + daemon + "..")
          .and()
          .resideOutsideOfPackage("io.cade." + daemon + ".app..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.cade." + daemon + ".app..")
          .check(CLASSES);
    }
  }

  @Test
  void onlyAdaptersReadTheClockOrSleep() {
    noClasses()
        .that(
            DescribedPredicate.describe(
                "are no adapters", c -> !ADAPTERS.contains(outermost(c).getName())))
        .should()
        .callMethodWhere(
            DescribedPredicate.describe(
                "reads the clock or sleeps", ArchitectureTest::isClockOrSleep))
        .check(CLASSES);
  }

  private static boolean isClockOrSleep(JavaCall<?> call) {
    AccessTarget target = call.getTarget();
    String owner = target.getOwner().getName();
    boolean noArguments = call.getTarget().getRawParameterTypes().isEmpty();
    return switch (owner) {
      case "java.lang.Thread", "java.util.concurrent.TimeUnit" -> target.getName().equals("sleep");
      case "java.lang.System" -> target.getName().equals("currentTimeMillis");
      case "java.lang.Math" -> target.getName().equals("random");
      case "java.time.InstantSource" -> target.getName().equals("system");
      default ->
          owner.startsWith("java.time.")
              && ((target.getName().equals("now") && noArguments)
                  || target.getName().startsWith("system"));
    };
  }

  private static JavaClass outermost(JavaClass c) {
    return c.getEnclosingClass().map(ArchitectureTest::outermost).orElse(c);
  }

  @Test
  void noStaticFieldIsMutable() {
    fields().that().areStatic().should().beFinal().check(CLASSES);
  }
}
