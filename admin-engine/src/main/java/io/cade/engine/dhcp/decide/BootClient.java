package io.cade.engine.dhcp.decide;

import io.cade.engine.dhcp.policy.Architecture;
import io.cade.engine.dhcp.wire.DhcpMessage;
import io.cade.engine.dhcp.wire.Octets;
import io.cade.engine.dhcp.wire.OptionCode;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What kind of boot ROM asks.
 *
 * @param architecture that it says (option 93, the first if it lists several; RFC 4578 §2.1), else
 *     that which its vendor class names ({@code PXEClient:Arch:00000:UNDI:002001})
 */
public record BootClient(Kind kind, Optional<Architecture> architecture) {
  /** The kinds. */
  public enum Kind {
    /** No ROM: an operating system, or a card of this module with its own firmware. */
    NONE,
    /** PXE 2.1, or UEFI with TFTP. */
    PXE,
    /** UEFI HTTP boot (UEFI 2.10 §24.7). */
    HTTP,
    /** iPXE, however it was started: it understands scripts and URLs. */
    IPXE
  }

  private static final BootClient NO_ROM = new BootClient(Kind.NONE, Optional.empty());
  private static final int ARCH_AT = "PXEClient:Arch:".length();

  /** Reads it from a request. */
  public static BootClient of(DhcpMessage m) {
    Optional<Octets> vendorClass = m.options().get(OptionCode.VENDOR_CLASS);
    boolean pxe = vendorClass.filter(v -> v.startsWith("PXEClient")).isPresent();
    boolean http = vendorClass.filter(v -> v.startsWith("HTTPClient")).isPresent();
    if (isIpxe(m)) {
      return new BootClient(Kind.IPXE, architecture(m, vendorClass));
    }
    if (pxe || http) {
      return new BootClient(http ? Kind.HTTP : Kind.PXE, architecture(m, vendorClass));
    }
    return NO_ROM;
  }

  /** iPXE writes its user class without RFC 3004's inner length; others may write it with one. */
  private static boolean isIpxe(DhcpMessage m) {
    return m.options().has(OptionCode.IPXE)
        || m.options()
            .get(OptionCode.USER_CLASS)
            .filter(c ->
                (c.length() == 4 && c.startsWith("iPXE"))
                    || (c.length() >= 5 && c.startsWith("\u0004iPXE")))
            .isPresent();
  }

  private static Optional<Architecture> architecture(DhcpMessage m, Optional<Octets> vendorClass) {
    Optional<Octets> said =
        m.options().get(OptionCode.CLIENT_ARCHITECTURE).filter(o -> o.length() >= 2);
    if (said.isPresent()) {
      return Architecture.of(OptionalInt.of(said.get().at(0) << 8 | said.get().at(1)));
    }
    return vendorClass
        .map(Octets::text)
        .filter(t -> t.length() >= ARCH_AT + 5 && t.startsWith("PXEClient:Arch:"))
        .map(t -> t.substring(ARCH_AT, ARCH_AT + 5))
        .filter(t -> t.chars().allMatch(c -> c >= '0' && c <= '9'))
        .flatMap(t -> Architecture.of(OptionalInt.of(Integer.parseInt(t))));
  }
}
