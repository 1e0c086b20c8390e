package io.cade.proxy.app;

import io.cade.agent.config.Section;
import io.cade.proxy.vrrp.VrrpSettings;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the keys of a {@link VirtualAddressConfig}. */
final class VirtualAddressConfigReader {
  private static final String KEY = "virtualAddress";
  private static final int MOST_ADDRESSES = 16;
  private static final int MOST_PEERS = 8;
  private static final Duration SHORTEST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofMillis(40_950);
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final Section root;

  VirtualAddressConfigReader(Section root) {
    this.root = root;
  }

  /**
   * @param listeners where the balancer listens
   */
  @Nullable VirtualAddressConfig read(ProxyConfig.Role role, Stream<InetSocketAddress> listeners) {
    Section section = root.section(KEY);
    int id = section.integer("id", 1, 255, 1);
    List<Inet4Address> addresses =
        section.list("addresses", MOST_ADDRESSES, VirtualAddressConfigReader::address);
    String networkInterface = section.text("interface", "");
    List<InetSocketAddress> loopback =
        section.list("loopback", 1, VirtualAddressConfigReader::loopback);
    List<InetSocketAddress> peers =
        section.list("peers", MOST_PEERS, VirtualAddressConfigReader::loopback);
    int priority = section.integer("priority", 2, 254, 100);
    boolean preempt = section.flag("preempt", true);
    Duration interval = section.duration("interval", SHORTEST, LONGEST, SECOND);
    if (!root.has(KEY)) {
      return null;
    }
    if (role != ProxyConfig.Role.BALANCER) {
      root.problem(KEY, "is for the role balancer only");
    }
    if (!section.has("id")) {
      section.problem("id", "is missing: a number from 1 to 255, the same at all its balancers");
    }
    if (!section.has("addresses")) {
      section.problem("addresses", "is missing: which addresses move?");
    }
    if (new HashSet<>(addresses).size() < addresses.size()) {
      section.problem("addresses", "names one twice");
    }
    if (interval.toMillis() % 10 != 0) {
      section.problem("interval", "is no multiple of 10 ms, in which the protocol counts");
    }
    checkNetwork(section, addresses, loopback, peers);
    boolean listens =
        listeners.anyMatch(
            at -> at.getAddress().isAnyLocalAddress() || addresses.contains(at.getAddress()));
    if (!addresses.isEmpty() && !listens) {
      section.problem("addresses", "are not listened at; name one in http or https");
    }
    return new VirtualAddressConfig(
        new VrrpSettings(id, addresses, priority, preempt, interval),
        networkInterface.isEmpty() ? null : networkInterface,
        loopback.isEmpty() ? null : loopback.getFirst(),
        Set.copyOf(peers));
  }

  private static void checkNetwork(
      Section section,
      List<Inet4Address> addresses,
      List<InetSocketAddress> loopback,
      List<InetSocketAddress> peers) {
    boolean onLoopback = section.has("loopback");
    if (section.has("interface") == onLoopback) {
      section.problem(
          "interface", "or 'loopback' must be given, not both: where do the balancers meet?");
      return;
    }
    if (section.has("interface") && !section.text("interface", "").matches("[!-.0-~]{1,15}")) {
      section.problem("interface", "is no name of an interface, such as eth0");
    }
    if (!onLoopback && section.has("peers")) {
      section.problem("peers", "go with 'loopback'; on an interface, balancers find each other");
    }
    if (onLoopback && peers.isEmpty()) {
      section.problem("peers", "is missing: where do the other balancers receive?");
    }
    if (peers.stream().anyMatch(loopback::contains)) {
      section.problem("peers", "has this balancer's own address");
    }
    for (Inet4Address address : addresses) {
      if (address.isLoopbackAddress() != onLoopback) {
        section.problem(
            "addresses",
            "has "
                + address.getHostAddress()
                + (onLoopback ? ", which is not on loopback" : ", which is on loopback"));
      }
    }
  }

  private static Inet4Address address(String text) {
    if (Section.address(text) instanceof Inet4Address four
        && !four.isMulticastAddress()
        && !four.isAnyLocalAddress()
        && (four.getAddress()[0] & 0xff) < 240) {
      return four;
    }
    throw new IllegalArgumentException("an IPv4 address of one machine is meant");
  }

  private static InetSocketAddress loopback(String text) {
    InetSocketAddress read = Section.socketAddress(text);
    if (read.getAddress() instanceof Inet4Address four && four.isLoopbackAddress()) {
      return read;
    }
    throw new IllegalArgumentException("a loopback address with a port is meant");
  }
}
