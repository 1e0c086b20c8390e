package io.cade.engine.provision;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.ServicePorts;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class HostingPluginTest {
  private final HostingPlugin plugin = new HostingPlugin();

  @Test
  void contentHasPagesAndNothingElseAtItsTopThanWhatIsServed() {
    assertThat(plugin.objection(Set.of("www/index.html"))).isEmpty();
    assertThat(plugin.objection(Set.of("www/index.html", "ftp/a/b", "mail/ann/1.eml", "users")))
        .isEmpty();
    assertThat(plugin.objection(Set.of("index.html")))
        .contains("a hosting service needs www/index.html in its content");
    assertThat(plugin.objection(Set.of("www/index.html", "passwords", "zip")).orElse(""))
        .endsWith("not passwords");
  }

  @Test
  void proxiesAreToldThePortsOfItsProtocolsAndNoneForPlainPages() {
    assertThat(ServicePorts.further(plugin.kind(), 8000))
        .isEqualTo(Map.of("ftp", 8001, "pop3", 8002));
    assertThat(ServicePorts.further("static-site", 8000)).isEmpty();
    assertThat(ServicePorts.further(plugin.kind(), 65534)).isEmpty();
  }
}
