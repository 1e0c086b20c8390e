package io.cade.agent.run;

import io.cade.agent.run.ServiceProcesses.ServiceSpec;
import io.cade.agent.site.StaticSiteMain;
import io.cade.agent.wire.ServicePorts;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
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
   * The command line of a service.
   *
   * @throws IOException when there is no such runtime
   */
  List<String> command(ServiceSpec spec) throws IOException {
    if (!ServicePorts.kinds().contains(spec.kind())) {
      throw new IOException(
          "no runtime for services of kind '"
              + spec.kind()
              + "'; known are "
              + String.join(", ", new TreeSet<>(ServicePorts.kinds())));
    }
    return List.of(
        java.toString(),
        "-Xmx24m",
        "-Xss256k",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-XX:ReservedCodeCacheSize=16m",
        "-XX:-UsePerfData",
        "-Xshare:auto",
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
