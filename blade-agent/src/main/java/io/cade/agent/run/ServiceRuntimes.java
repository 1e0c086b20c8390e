package io.cade.agent.run;

import io.cade.agent.run.ServiceProcesses.ServiceSpec;
import io.cade.agent.site.StaticSite;
import io.cade.agent.site.StaticSiteMain;
import io.cade.agent.wire.ProgramForm;
import io.cade.agent.wire.ServicePorts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The predefined runtimes: which command line serves a kind of package (SPEC A3: an agent runs
 * predefined actions only). Immutable.
 */
public final class ServiceRuntimes {
  /** Pages. */
  public static final String STATIC_SITE = ServicePorts.STATIC_SITE;

  private final Path java;
  private final Path program;

  /**
   * @param java the {@code java} command
   * @param program class path that holds {@link StaticSiteMain}
   */
  public ServiceRuntimes(Path java, Path program) {
    this.java = java;
    this.program = program;
  }

  /** The JDK and the classes that run this agent. */
  public static ServiceRuntimes ofThisProcess() {
    try {
      Path classes =
          Path.of(StaticSiteMain.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return new ServiceRuntimes(Path.of(System.getProperty("java.home"), "bin", "java"), classes);
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the agent's classes are at no path", e);
    }
  }

  /**
   * How a service is started.
   *
   * @param saysReady whether it says {@code READY} when it listens, and ends when its standard
   *     input does; others are watched over for that
   * @param directory where it is started
   */
  record HowTo(
      List<String> command, Map<String, String> environment, boolean saysReady, Path directory) {}

  /**
   * How the service is started; what it needs to be there before is there.
   *
   * @throws IOException when there is no such runtime, or this card does not have it
   */
  HowTo of(ServiceSpec spec) throws IOException {
    return switch (spec.kind()) {
      case ServicePorts.STATIC_SITE, ServicePorts.HOSTING ->
          new HowTo(site(spec), Map.of(), true, spec.content());
      case ServicePorts.NGINX -> Nginx.runtime(spec);
      case ServicePorts.JAVA -> program(spec);
      case ServicePorts.DOVECOT -> Dovecot.runtime(spec);
      case ServicePorts.VSFTPD -> Vsftpd.runtime(spec);
      default ->
          throw new IOException(
              "no runtime for services of kind '"
                  + spec.kind()
                  + "'; known are "
                  + String.join(", ", new TreeSet<>(ServicePorts.kinds())));
    };
  }

  /**
   * How a service of this kind is asked whether it is well.
   *
   * @param address of the service; the ports of other protocols than HTTP follow from it
   */
  static HealthProbe probe(String kind, Path content, InetSocketAddress address)
      throws IOException {
    return switch (kind) {
      case ServicePorts.DOVECOT ->
          new HealthProbe(
              new InetSocketAddress(address.getAddress(), ServicePorts.pop3(address.getPort())),
              new HealthQuestion.Greeting(ServicePorts.POP3));
      case ServicePorts.VSFTPD ->
          new HealthProbe(
              new InetSocketAddress(address.getAddress(), ServicePorts.ftp(address.getPort())),
              new HealthQuestion.Greeting(ServicePorts.FTP));
      default ->
          new HealthProbe(
              address,
              new HealthQuestion.Http(
                  kind.equals(ServicePorts.JAVA) ? form(content).health() : StaticSite.HEALTH));
    };
  }

  /** The user's program; where it has to listen it reads from its environment. */
  private HowTo program(ServiceSpec spec) throws IOException {
    ProgramForm form = form(spec.content());
    List<String> command =
        new ArrayList<>(
            List.of(
                java.toString(),
                "-Xmx" + form.memoryMib() + "m",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:-UsePerfData",
                "-Djava.io.tmpdir=" + spec.scratch(),
                "-jar",
                spec.content().resolve(ProgramForm.JAR).toString()));
    command.addAll(form.arguments());
    ScratchDirectory.fresh(spec.scratch());
    Map<String, String> environment = new HashMap<>();
    environment.put("CADE_ADDRESS", spec.address().getAddress().getHostAddress());
    environment.put("CADE_PORT", Integer.toString(spec.address().getPort()));
    environment.put("CADE_SERVICE", spec.service());
    Path data = spec.data();
    if (data != null) {
      environment.put("CADE_DATA", data.toAbsolutePath().toString());
    }
    return new HowTo(command, Map.copyOf(environment), false, spec.scratch());
  }

  private static ProgramForm form(Path content) throws IOException {
    Path file = content.resolve(ProgramForm.FILE);
    if (!Files.exists(file)) {
      return ProgramForm.standard();
    }
    try {
      if (Files.size(file) > 4L * ProgramForm.MAX_LENGTH) {
        throw new IOException(ProgramForm.FILE + " is too long");
      }
      return ProgramForm.parse(Files.readString(file));
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private List<String> site(ServiceSpec spec) {
    return List.of(
        java.toString(),
        "-Xmx24m",
        "-Xss256k",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-XX:ReservedCodeCacheSize=16m",
        "-XX:-UsePerfData",
        "-Xshare:auto",
        // The JDK's archive at the address that it was made for: moved to another one, all of it is
        // written to, and each site has a copy of its own (6 MiB of 30).
        "-XX:+UnlockDiagnosticVMOptions",
        "-XX:ArchiveRelocationMode=0",
        "-Dsun.net.httpserver.nodelay=true",
        // What one visitor may hold, and for how long: seconds and connections.
        "-Djdk.httpserver.maxConnections=512",
        "-Dsun.net.httpserver.maxReqTime=20",
        "-Dsun.net.httpserver.maxRspTime=300",
        "-Dsun.net.httpserver.idleInterval=60",
        "-cp",
        program.toString(),
        StaticSiteMain.class.getName(),
        spec.address().getAddress().getHostAddress(),
        Integer.toString(spec.address().getPort()),
        spec.content().toString(),
        spec.kind());
  }
}
