package io.cade.engine.dhcp;

import io.cade.engine.dhcp.decide.BootClient;
import io.cade.engine.dhcp.policy.Architecture;
import io.cade.engine.dhcp.policy.BootPolicy;
import io.cade.engine.dhcp.wire.Octets;
import java.util.Optional;

/**
 * The file that a client loads first, and what its ROM wants to see beside it.
 *
 * <p>A ROM gets the loader for its architecture; the loader is iPXE, which says so when it asks
 * again (user class {@code iPXE} or option 175) and gets the script instead of itself once more.
 *
 * @param file path or URL, empty for none
 * @param kind of the client
 */
record BootChoice(BootClient.Kind kind, String file) {
  /** PXE_DISCOVERY_CONTROL (PXE 2.1 table 2-2): 8, boot the file that is named, ask nobody. */
  static final Octets USE_BOOT_FILE = Octets.of((byte) 6, (byte) 1, (byte) 8, (byte) 255);

  /** {@code no-pxedhcp} of iPXE's own options: nobody else has anything to say about booting. */
  static final Octets NO_PROXY = Octets.of((byte) 0xb0, (byte) 1, (byte) 1);

  /** What machines are told apart by here. */
  enum Party {
    CARD,
    /** Not known, and to be discovered. */
    DISCOVERED,
    /** Not known, and to stay without software. */
    QUARANTINED
  }

  static BootChoice of(BootClient client, Party party, BootPolicy policy, String cardFile) {
    if (party == Party.QUARANTINED) {
      return new BootChoice(client.kind(), "");
    }
    boolean card = party == Party.CARD;
    String file =
        switch (client.kind()) {
          case NONE -> card ? cardFile : "";
          case PXE -> loader(client, policy, Architecture.BIOS);
          case HTTP -> policy.url(loader(client, policy, Architecture.HTTP_X64));
          case IPXE -> {
            String script = policy.url(card ? policy.script() : policy.discoveryScript());
            yield script.isEmpty() && card ? cardFile : script;
          }
        };
    return new BootChoice(client.kind(), file);
  }

  private static String loader(BootClient client, BootPolicy policy, Architecture unsaid) {
    return policy.loaders().getOrDefault(client.architecture().orElse(unsaid), "");
  }

  /** Whether there is anything to say to a boot ROM. */
  boolean isForRom() {
    return kind != BootClient.Kind.NONE && !file.isEmpty();
  }

  /**
   * The vendor class of the answer: a ROM takes only offers that carry its own (PXE 2.1 §2.4.2,
   * UEFI 2.10 §24.7.2.3.2).
   */
  Optional<String> vendorClass() {
    if (!isForRom()) {
      return Optional.empty();
    }
    return switch (kind) {
      case NONE -> Optional.empty();
      case PXE, IPXE -> Optional.of("PXEClient");
      case HTTP -> Optional.of("HTTPClient");
    };
  }

  /** For the file field of the message, which is too short for long URLs. */
  String fileField() {
    return file.length() <= 127 ? file : "";
  }
}
