package io.cade.mib.snmp;

import java.net.InetSocketAddress;

/** Tries the short ways of answering, one after another. Owned by the SNMP thread. */
final class ShortWays implements AgentSocket.ShortWay {
  private final FastReader reader;

  ShortWays(
      SnmpAgentConfig config, AccessPolicy policy, Subtrees subtrees, AgentCounters counters) {
    this.reader = new FastReader(config, policy, subtrees, counters);
  }

  @Override
  public int answer(byte[] request, int length, InetSocketAddress from, byte[] response) {
    if (length > SnmpAgent.MAX_MESSAGE_OCTETS) {
      return -1;
    }
    var in = new BerReader(request);
    in.reset(0, length);
    return reader.answer(in, request, from.getAddress(), response);
  }
}
