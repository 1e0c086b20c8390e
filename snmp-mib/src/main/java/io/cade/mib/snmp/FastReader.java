package io.cade.mib.snmp;

import java.net.InetAddress;

/**
 * The short way for reading with SNMPv1 and v2c: a plain message of a known community is answered
 * here, and everything else, above all whatever is wrong, is left to SNMP4J. Owned by the SNMP
 * thread.
 */
final class FastReader {
  private final AccessPolicy policy;
  private final AgentCounters counters;
  private final boolean v1;
  private final boolean v2c;
  private final FastPdu pdus;

  FastReader(
      SnmpAgentConfig config, AccessPolicy policy, Subtrees subtrees, AgentCounters counters) {
    this.policy = policy;
    this.counters = counters;
    this.v1 = config.v1();
    this.v2c = config.v2c();
    this.pdus = new FastPdu(subtrees);
  }

  /**
   * Answers a message.
   *
   * @param in what reads the octets of {@code request}, from its first to its last
   * @param response room for the answer, which ends at its end
   * @return where the answer begins in it, or -1: nothing was done
   */
  int answer(BerReader in, byte[] request, InetAddress source, byte[] response) {
    in.lastHeader(Ber.SEQUENCE);
    int version = in.integer();
    if (!in.plain() || !(version == 1 ? v2c : version == 0 && v1)) {
      return -1;
    }
    int length = in.header(Ber.OCTET_STRING);
    int community = in.at();
    if (!in.plain() || length > 64) {
      return -1;
    }
    Subject subject = policy.community(request, community, length, source);
    if (subject == null) {
      return -1;
    }
    in.skip(length);
    var out = new BerWriter(response, response.length);
    counters.inPackets.incrementAndGet(); // an answer that tells it counts itself
    if (!pdus.answer(
        in, request, version == 0, subject.view(), PduResponder.MAX_BINDINGS_OCTETS, out)) {
      counters.inPackets.decrementAndGet(); // SNMP4J counts it
      return -1;
    }
    out.raw(request, community, length);
    int end = out.start() + length;
    out.header(Ber.OCTET_STRING, end);
    out.integer(version);
    out.header(Ber.SEQUENCE, response.length);
    counters.request(pdus.type(), pdus.asked());
    counters.response();
    return out.start();
  }
}
