package io.cade.agent.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.run.ServiceProcesses.ServiceSpec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OsServiceProcessesTest extends ServiceProcessesContract {
  @Override
  ServiceProcesses processes() {
    return new OsServiceProcesses(ServiceRuntimes.ofThisProcess());
  }

  @Test
  void commandLineHoldsNoSecretAndKeepsTheHeapSmall() throws Exception {
    List<String> command =
        ServiceRuntimes.ofThisProcess()
            .command(
                new ServiceSpec(
                    "shop",
                    "static-site",
                    dir,
                    new InetSocketAddress(InetAddress.ofLiteral("127.1.20.2"), 80)));
    assertThat(command)
        .contains("-Xmx24m", "-Dsun.net.httpserver.nodelay=true")
        .endsWith("127.1.20.2", "80", dir.toString(), "static-site");
  }
}
