package io.cade.mib.snmp;

import io.cade.mib.ManagerRole;

/**
 * Who asks, after authentication.
 *
 * @param name security name: the user, or "community" and its number (never its text)
 * @param view what it may read
 * @param writes whether it may write at all: only SNMPv3 users with authPriv
 */
record Subject(String name, View view, boolean writes) {
  ManagerRole role() {
    return view.role();
  }
}
