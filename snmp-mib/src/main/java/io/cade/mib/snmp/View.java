package io.cade.mib.snmp;

import io.cade.mib.ManagerRole;
import io.cade.mib.MibOids;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snmp4j.smi.OID;

/**
 * What a role may read (RFC 3415): everything that is served but for some subtrees. Immutable.
 *
 * @param role whose view it is
 * @param excluded roots of what it does not see, in OID order, none within another
 */
record View(ManagerRole role, List<OID> excluded) {
  View {
    excluded = excluded.stream().sorted(Comparator.naturalOrder()).toList();
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

  /** The excluded subtree that holds this OID, null if it may be seen. */
  @Nullable OID hides(OID oid) {
    for (OID root : excluded) {
      if (oid.startsWith(root)) {
        return root;
      }
    }
    return null;
  }
}
