package io.cade.agent.run;

import io.cade.agent.run.ServiceProcesses.ServiceSpec;
import io.cade.agent.run.ServiceRuntimes.HowTo;
import io.cade.agent.wire.NginxSite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Pages served by the nginx of the card's operating system, as the package's configuration says.
 */
final class Nginx {
  private static final List<Path> PLACES =
      Stream.of("/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx")
          .map(Path::of)
          .toList();

  private Nginx() {}

  static HowTo runtime(ServiceSpec spec) throws IOException {
    Path nginx =
        PLACES.stream()
            .filter(Files::isExecutable)
            .findFirst()
            .orElseThrow(() ->
                new IOException(
                    "this card has no nginx: have its device model install the package nginx-light"
                        + " (Debian)"));
    ScratchDirectory.fresh(spec.scratch());
    Path configuration = spec.scratch().resolve("nginx.conf");
    // As root nginx would give its workers to a user who may not read the package.
    String user = Processes.isRoot() ? "user root;\n" : "";
    Files.writeString(
        configuration,
        user
            + NginxSite.placed(
                Files.readString(spec.content().resolve(NginxSite.CONFIGURATION)),
                spec.address(),
                spec.content().toAbsolutePath().toString(),
                spec.scratch().toAbsolutePath().toString()));
    return new HowTo(
        List.of(
            nginx.toString(),
            "-e",
            "stderr",
            "-p",
            spec.scratch().toAbsolutePath().toString(),
            "-c",
            configuration.toAbsolutePath().toString()),
        Map.of(),
        false,
        spec.scratch());
  }
}
