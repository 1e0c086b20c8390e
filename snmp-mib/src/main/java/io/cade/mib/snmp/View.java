package io.cade.mib.snmp;

import io.cade.mib.ManagerRole;
import io.cade.mib.MibOids;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snmp4j.smi.OID;

/**
 * What a role may read (RFC 3415): everything that is served but for some subtrees, none within
 * another. Immutable.
 */
final class View {
  private final ManagerRole role;
  private final List<OID> excluded;

  /** The excluded roots as they are encoded: encoded arcs are a prefix where arcs are. */
  private final byte[][] encoded;

  private View(ManagerRole role, List<OID> excluded) {
    this.role = role;
    this.excluded = excluded.stream().sorted().toList();
    this.encoded = this.excluded.stream().map(Ber::contents).toArray(byte[][]::new);
  }

  /** The view of a role. A monitor does not see the addresses of the internal network. */
  static View of(ManagerRole role) {
    return new View(
        role,
        role == ManagerRole.MONITOR
            ? Stream.of(
                    MibOids.CADE_CARD_MAC_ADDRESS,
                    MibOids.CADE_CARD_INTERNAL_ADDRESS_TYPE,
                    MibOids.CADE_CARD_INTERNAL_ADDRESS,
                    MibOids.CADE_BOOT_LEASE_MAC_ADDRESS,
                    MibOids.CADE_SWAP_OLD_MAC_ADDRESS,
                    MibOids.CADE_SWAP_NEW_MAC_ADDRESS)
                .map(OID::new)
                .toList()
            : List.of());
  }

  ManagerRole role() {
    return role;
  }

  /** The excluded subtree that holds this OID, null if it may be seen. */
  @Nullable OID hides(OID oid) {
    for (OID root : excluded) {
      if (oid.startsWith(root)) {
        return root;
      }
    }
    return null;
  }

  /** Likewise, of the contents of an encoded OID. */
  @Nullable OID hides(byte[] octets, int from, int to) {
    for (int i = 0; i < encoded.length; i++) {
      byte[] root = encoded[i];
      if (to - from >= root.length
          && Arrays.equals(octets, from, from + root.length, root, 0, root.length)) {
        return excluded.get(i);
      }
    }
    return null;
  }
}
