package io.cade.engine.dhcp;

import io.cade.engine.dhcp.decide.AddressPlan;
import io.cade.engine.dhcp.decide.Binding;
import io.cade.engine.dhcp.decide.BootClient;
import io.cade.engine.dhcp.policy.DhcpPolicy;
import io.cade.engine.dhcp.policy.Parameters;
import io.cade.engine.dhcp.policy.Route;
import io.cade.engine.dhcp.wire.DhcpMessage;
import io.cade.engine.dhcp.wire.DhcpOptions;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.dhcp.wire.Octets;
import io.cade.engine.dhcp.wire.OptionCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which parameters a client is told, and in which order: those that it asks for (option 55), in the
 * order in which it does (RFC 2132 §9.8), or the usual ones when it names none. Immutable.
 */
final class OptionPlan {
  /** For clients that do not say what they want. */
  private static final List<Integer> USUAL =
      List.of(
          OptionCode.SUBNET_MASK,
          OptionCode.ROUTER,
          OptionCode.DNS,
          OptionCode.HOST_NAME,
          OptionCode.DOMAIN_NAME,
          OptionCode.INTERFACE_MTU,
          OptionCode.BROADCAST_ADDRESS,
          OptionCode.NTP,
          OptionCode.TFTP_SERVER_NAME,
          OptionCode.BOOT_FILE);

  /** What fits into BOOTP's 64 octets, the dearest first (RFC 1497). */
  private static final List<Integer> BOOTP =
      List.of(
          OptionCode.SUBNET_MASK,
          OptionCode.ROUTER,
          OptionCode.HOST_NAME,
          OptionCode.DNS,
          OptionCode.DOMAIN_NAME,
          OptionCode.NTP);

  private final AddressPlan plan;
  private final DhcpPolicy policy;
  private final Ipv4Address tftpServer;

  OptionPlan(AddressPlan plan, DhcpPolicy policy, Ipv4Address tftpServer) {
    this.plan = plan;
    this.policy = policy;
    this.tftpServer = tftpServer;
  }

  /** Parameters of a DHCP client. */
  void parameters(DhcpMessage request, Binding to, BootChoice boot, DhcpOptions.Builder options) {
    Optional<Octets> asked = request.options().get(OptionCode.PARAMETER_LIST);
    Known known = known(to);
    if (asked.isEmpty()) {
      for (int code : USUAL) {
        put(code, known, boot, options);
      }
    } else {
      Octets list = asked.get();
      boolean routed =
          has(list, OptionCode.CLASSLESS_ROUTES) && !known.parameters.routes().isEmpty();
      // RFC 2132 §3.3: the mask goes before the router.
      if (has(list, OptionCode.SUBNET_MASK)) {
        put(OptionCode.SUBNET_MASK, known, boot, options);
      }
      for (int i = 0; i < list.length(); i++) {
        // RFC 3442: who gets classless routes gets no router beside them.
        if (!(routed && list.at(i) == OptionCode.ROUTER)) {
          put(list.at(i), known, boot, options);
        }
      }
    }
    addressed(request, boot, options);
  }

  /** Parameters in the answer to plain BOOTP. */
  void bootp(Binding to, BootChoice boot, DhcpOptions.Builder options) {
    Known known = known(to);
    for (int code : BOOTP) {
      put(code, known, boot, options);
    }
  }

  /** What a boot ROM needs whether it asks or not (RFC 4578, PXE 2.1 §2.4.2). */
  void rom(DhcpMessage request, BootChoice boot, DhcpOptions.Builder options) {
    if (!boot.isForRom()) {
      return;
    }
    boot.vendorClass().ifPresent(c -> options.put(OptionCode.VENDOR_CLASS, c));
    if (boot.kind() != BootClient.Kind.HTTP) {
      options.put(OptionCode.VENDOR_SPECIFIC, BootChoice.USE_BOOT_FILE);
    }
    if (boot.kind() == BootClient.Kind.HTTP || boot.fileField().isEmpty()) {
      options.put(OptionCode.BOOT_FILE, boot.file());
    }
    request
        .options()
        .get(OptionCode.CLIENT_MACHINE_ID)
        .ifPresent(id -> options.put(OptionCode.CLIENT_MACHINE_ID, id));
  }

  /**
   * What a boot ROM needs that gets its address from here as well. iPXE would take an answer with
   * the vendor class for one of a second, proxy server, and wait for more of them; it is told that
   * there are none.
   */
  private void addressed(DhcpMessage request, BootChoice boot, DhcpOptions.Builder options) {
    if (boot.kind() != BootClient.Kind.IPXE) {
      rom(request, boot, options);
    } else if (boot.isForRom()) {
      options.put(OptionCode.IPXE, BootChoice.NO_PROXY);
      if (boot.fileField().isEmpty()) {
        options.put(OptionCode.BOOT_FILE, boot.file());
      }
    }
  }

  /** The values that depend on who asks. */
  private record Known(
      Binding to, Ipv4Address mask, Optional<Ipv4Address> router, Parameters parameters) {}

  private Known known(Binding to) {
    return switch (to) {
      case Binding.Slot s ->
          new Known(
              s,
              plan.subnetMask(),
              Optional.of(plan.routerOf(s.position())),
              policy
                  .subnetOf(s.address())
                  .map(subnet -> subnet.parameters().orElse(policy.parameters()))
                  .orElse(policy.parameters()));
      case Binding.Pooled p ->
          new Known(
              p,
              p.subnet().network().mask(),
              p.subnet().router(),
              p.subnet().parameters().orElse(policy.parameters()));
    };
  }

  private void put(int code, Known known, BootChoice boot, DhcpOptions.Builder options) {
    Octets value = value(code, known, boot);
    if (value != null) {
      options.put(code, value);
    }
  }

  private @Nullable Octets value(int code, Known known, BootChoice boot) {
    Parameters p = known.parameters;
    return switch (code) {
      case OptionCode.SUBNET_MASK -> known.mask.octets();
      case OptionCode.ROUTER -> known.router.map(Ipv4Address::octets).orElse(null);
      case OptionCode.DNS -> addresses(p.dns());
      case OptionCode.HOST_NAME ->
          known.to instanceof Binding.Slot s ? Octets.ofText(plan.hostNameOf(s.position())) : null;
      case OptionCode.DOMAIN_NAME -> p.domain().isEmpty() ? null : Octets.ofText(p.domain());
      case OptionCode.INTERFACE_MTU -> p.mtu() == 0 ? null : Octets.ofNumber(p.mtu(), 2);
      case OptionCode.BROADCAST_ADDRESS ->
          new Ipv4Address(known.to.address().bits() | ~known.mask.bits()).octets();
      case OptionCode.NTP -> addresses(p.ntp());
      case OptionCode.TFTP_SERVER_NAME ->
          boot.file().isEmpty() ? null : Octets.ofText(tftpServer.toString());
      case OptionCode.BOOT_FILE -> boot.file().isEmpty() ? null : Octets.ofText(boot.file());
      case OptionCode.CLASSLESS_ROUTES -> routes(known);
      default -> null;
    };
  }

  /** RFC 3442: the default route has to be among them, for the router option is not heeded. */
  private static @Nullable Octets routes(Known known) {
    if (known.parameters.routes().isEmpty()) {
      return null;
    }
    List<Route> routes = new ArrayList<>(known.parameters.routes());
    known.router.map(Route::byDefault).filter(d -> !hasDefault(routes)).ifPresent(routes::add);
    return Route.encode(routes);
  }

  private static boolean hasDefault(List<Route> routes) {
    return routes.stream().anyMatch(r -> r.to().prefix() == 0);
  }

  private static @Nullable Octets addresses(List<Ipv4Address> all) {
    if (all.isEmpty()) {
      return null;
    }
    byte[] bytes = new byte[4 * all.size()];
    for (int i = 0; i < all.size(); i++) {
      System.arraycopy(all.get(i).octets().toBytes(), 0, bytes, 4 * i, 4);
    }
    return Octets.of(bytes);
  }

  private static boolean has(Octets list, int code) {
    for (int i = 0; i < list.length(); i++) {
      if (list.at(i) == code) {
        return true;
      }
    }
    return false;
  }
}
