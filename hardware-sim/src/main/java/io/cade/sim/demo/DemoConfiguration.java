package io.cade.sim.demo;

import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The configuration files of the demonstration's processes, and what lies where beside them. */
final class DemoConfiguration {
  private static final int MANY_CARDS = 100;

  private final DemoOptions options;
  private final PortPlan ports;

  DemoConfiguration(DemoOptions options, PortPlan ports) {
    this.options = options;
    this.ports = ports;
  }

  Path file(Role role) {
    return options.state().resolve(role.label() + ".yaml");
  }

  Path log(Role role) {
    return options.state().resolve("log").resolve(role.label() + ".log");
  }

  /** Whether the engine runs under its guard. */
  boolean isGuarded() {
    return options.guard();
  }

  Path engineDirectory() {
    return options.state().resolve("engine");
  }

  Path secret(String name) {
    return engineDirectory().resolve("secrets").resolve(name);
  }

  /** Password of the mailbox and the files of the site shop. */
  Path visitorPassword() {
    return options.state().resolve("visitor-password");
  }

  Path simDirectory() {
    return options.state().resolve("sim");
  }

  /** The authority's certificate alone, for clients. */
  Path caFile() {
    return options.state().resolve("ca.pem");
  }

  /** What the engine tells a card of the management chassis. */
  Path bootConfig(int slot) {
    return engineDirectory().resolve("boot").resolve("0." + slot).resolve("agent.json");
  }

  /** Writes every file, each whole or not at all. */
  void write() throws IOException {
    YAMLMapper yaml =
        new YAMLMapper(
            YAMLFactory.builder().disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER).build());
    PrivateFiles.write(file(Role.ENGINE), yaml.writeValueAsBytes(engine()));
    PrivateFiles.write(file(Role.BALANCER), yaml.writeValueAsBytes(balancer(3)));
    if (options.balancers() > 1) {
      PrivateFiles.write(file(Role.BALANCER_2), yaml.writeValueAsBytes(balancer(2)));
    }
    PrivateFiles.write(file(Role.PROXY_4), yaml.writeValueAsBytes(proxy(4)));
    PrivateFiles.write(file(Role.PROXY_5), yaml.writeValueAsBytes(proxy(5)));
    PrivateFiles.write(file(Role.SIM), yaml.writeValueAsBytes(simulator()));
  }

  private Map<String, Object> engine() {
    Map<String, Object> p = new LinkedHashMap<>();
    p.put("admin", ports.admin());
    p.put("gateway", ports.gateway());
    p.put("snmp", ports.snmp());
    p.put("dhcp", ports.dhcp());
    p.put("relay", ports.dhcp());
    p.put("tftp", ports.tftp());
    p.put("bootHttp", ports.bootHttp());
    p.put("poke", ports.poke());
    p.put("service", ports.service());
    Map<String, Object> management = new LinkedHashMap<>();
    if (options.balancers() > 1) {
      management.put("0.2", "balancer");
    }
    management.put("0.3", "balancer");
    PortPlan.PROXY_SLOTS.forEach(slot -> management.put("0." + slot, "proxy"));
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("stateDirectory", engineDirectory().toString());
    all.put("name", "cade-demo");
    all.put("listenAddress", PortPlan.HOST);
    all.put("ports", p);
    all.put("internalNetwork", "127.1");
    all.put("trapReceiver", PortPlan.HOST + ":" + ports.trap());
    all.put("reportInterval", options.totalCards() > MANY_CARDS ? "5s" : "2s");
    // Simulated cards boot faster than real ones.
    all.put("bootTime", "90s");
    all.put("cabinet", ordered("chassis", options.chassis(), "slots", options.cards()));
    all.put("management", management);
    all.put("snmp", ordered("v1", true, "generatedCommunity", true));
    return all;
  }

  private Map<String, Object> managementCard(String role, int slot) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("role", role);
    all.put("position", "0." + slot);
    all.put("bootConfig", bootConfig(slot).toString());
    all.put("stateDirectory", options.state().resolve(role + "-" + slot).toString());
    // The engine knows its management cards by these (they are installed, not booted).
    all.put("mac", "02:ca:de:00:00:%02x".formatted(slot));
    return all;
  }

  private Map<String, Object> balancer(int slot) {
    Map<String, Object> all = managementCard("balancer", slot);
    all.put("http", List.of(PortPlan.HOST + ":" + ports.http()));
    all.put("https", List.of(PortPlan.HOST + ":" + ports.https()));
    all.put("proxiesHttp", proxies(ports.http()));
    all.put("proxiesHttps", proxies(ports.https()));
    Map<String, Object> cards = new LinkedHashMap<>();
    PortPlan.PROXY_SLOTS.forEach(proxy -> cards.put(PortPlan.inside(0, proxy), "0." + proxy));
    all.put("proxyCards", cards);
    all.put("sourceAddress", PortPlan.inside(0, slot));
    all.put("ftp", List.of(PortPlan.HOST + ":" + ports.ftp()));
    all.put("pop3", List.of(PortPlan.HOST + ":" + ports.pop3()));
    all.put("pop3s", List.of(PortPlan.HOST + ":" + ports.pop3s()));
    all.put("proxiesFtp", proxies(ports.ftp()));
    all.put("proxiesPop3", proxies(ports.pop3()));
    all.put("proxiesPop3s", proxies(ports.pop3s()));
    Map<String, Object> passive = new LinkedHashMap<>();
    PortPlan.PROXY_SLOTS.forEach(proxy -> passive.put(PortPlan.inside(0, proxy), passive(proxy)));
    all.put("ftpPassive", passive);
    if (options.balancers() > 1) {
      all.put("virtualAddress", shared(slot));
    }
    return all;
  }

  /** The visitors' address goes on to the other balancer within a second. */
  private Map<String, Object> shared(int slot) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("id", 1);
    all.put("addresses", List.of(PortPlan.HOST));
    all.put("loopback", PortPlan.inside(0, slot) + ":" + ports.vrrp());
    all.put(
        "peers",
        balancers().stream()
            .filter(other -> !other.equals(PortPlan.inside(0, slot)))
            .map(other -> other + ":" + ports.vrrp())
            .toList());
    all.put("priority", slot == 3 ? 200 : 100);
    all.put("interval", "250ms");
    return all;
  }

  private List<String> balancers() {
    return options.balancers() > 1
        ? List.of(PortPlan.BALANCER_INSIDE, PortPlan.BALANCER_2_INSIDE)
        : List.of(PortPlan.BALANCER_INSIDE);
  }

  private Map<String, Object> proxy(int slot) {
    Map<String, Object> all = managementCard("proxy", slot);
    all.put("http", List.of(PortPlan.inside(0, slot) + ":" + ports.http()));
    all.put("https", List.of(PortPlan.inside(0, slot) + ":" + ports.https()));
    all.put("trustedBalancers", balancers());
    all.put("ftp", List.of(PortPlan.inside(0, slot) + ":" + ports.ftp()));
    all.put("ftpPassivePorts", passive(slot));
    all.put("ftpPublicAddress", PortPlan.HOST);
    all.put("ftpActiveSource", PortPlan.HOST);
    all.put("pop3", List.of(PortPlan.inside(0, slot) + ":" + ports.pop3()));
    all.put("pop3s", List.of(PortPlan.inside(0, slot) + ":" + ports.pop3s()));
    return all;
  }

  private String passive(int slot) {
    return ports.passiveLow(slot) + "-" + ports.passiveHigh(slot);
  }

  private static List<String> proxies(int port) {
    return PortPlan.PROXY_SLOTS.stream()
        .map(slot -> PortPlan.inside(0, slot) + ":" + port)
        .toList();
  }

  private Map<String, Object> simulator() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("stateDirectory", simDirectory().toString());
    all.put("chassis", options.chassis());
    all.put("cards", options.cards());
    all.put("portOffset", ports.offset());
    all.put("bootHttpPort", ports.bootHttp());
    return all;
  }

  private static Map<String, Object> ordered(String k1, Object v1, String k2, Object v2) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put(k1, v1);
    map.put(k2, v2);
    return map;
  }
}
