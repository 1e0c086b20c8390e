package io.cade.sim.demo;

import java.util.List;
import java.util.stream.Stream;

/** The processes of the demonstration. */
enum Role {
  ENGINE("engine", "io.cade.engine.app.EngineMain", Jvm.ENGINE),
  BALANCER("balancer", "io.cade.proxy.app.ProxyMain", Jvm.PROXY),
  /** Of the demonstration with two. */
  BALANCER_2("balancer-2", "io.cade.proxy.app.ProxyMain", Jvm.PROXY),
  PROXY_4("proxy-4", "io.cade.proxy.app.ProxyMain", Jvm.PROXY),
  PROXY_5("proxy-5", "io.cade.proxy.app.ProxyMain", Jvm.PROXY),
  SIM("sim", "io.cade.sim.app.SimulatorMain", Jvm.SIM);

  /** Which virtual machine settings they share. */
  enum Jvm {
    ENGINE("engine", "cade.jvm.engine", "-Xmx128m -XX:+ExitOnOutOfMemoryError"),
    PROXY(
        "proxy",
        "cade.jvm.proxy",
        "-Xmx96m -XX:MaxDirectMemorySize=64m"
            // Without it the JDK sleeps on the event loop when this memory runs out.
            + " --add-opens=java.base/java.nio=ALL-UNNAMED"
            + " -Dio.netty.tryReflectionSetAccessible=true"),
    SIM("simulator", "cade.jvm.sim", "-Xmx512m -XX:TieredStopAtLevel=1");

    private final String command;
    private final String property;
    private final String memory;

    Jvm(String command, String property, String memory) {
      this.command = command;
      this.property = property;
      this.memory = memory;
    }

    /** What the launcher calls it. */
    String command() {
      return command;
    }

    /** System property with flags, separated by blanks, which replace the standard ones. */
    String property() {
      return property;
    }

    List<String> standardFlags() {
      return Stream.concat(COMMON.stream(), Stream.of(memory.split(" "))).toList();
    }
  }

  private static final List<String> COMMON =
      List.of(
          "-XX:+UseSerialGC",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  private final String label;
  private final String mainClass;
  private final Jvm jvm;

  Role(String label, String mainClass, Jvm jvm) {
    this.label = label;
    this.mainClass = mainClass;
    this.jvm = jvm;
  }

  /** As it is called in file names, messages and {@code endpoints.json}. */
  String label() {
    return label;
  }

  String mainClass() {
    return mainClass;
  }

  Jvm jvm() {
    return jvm;
  }
}
