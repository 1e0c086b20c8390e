package io.cade.mib.snmp;

import java.net.InetSocketAddress;

/** The contract, with a manager on SNMP4J. */
class JavaManagerAgentTest extends AgentContract {
  @Override
  Manager newManager(InetSocketAddress address) {
    return new JavaManager(address);
  }
}
