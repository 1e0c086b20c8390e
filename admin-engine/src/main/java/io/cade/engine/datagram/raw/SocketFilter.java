package io.cade.engine.datagram.raw;

import java.util.ArrayList;
import java.util.List;

/**
 * A classic BPF program (Linux {@code Documentation/networking/filter.rst}) that the kernel runs on
 * every frame before it wakes us, so that on a busy network only DHCP and ARP cost anything.
 */
record SocketFilter(List<Instruction> program) {
  /**
   * @param jumpTrue how many instructions to skip
   * @param jumpFalse likewise
   */
  record Instruction(int code, int jumpTrue, int jumpFalse, int constant) {}

  private static final int LOAD_WORD = 0x20;
  private static final int LOAD_HALF = 0x28;
  private static final int LOAD_BYTE = 0x30;
  private static final int LOAD_HALF_AT_X = 0x48;
  private static final int X_IS_IP_HEADER_LENGTH = 0xb1;
  private static final int IF_EQUAL = 0x15;
  private static final int IF_GREATER_OR_EQUAL = 0x35;
  private static final int IF_ANY_BIT = 0x45;
  private static final int RETURN = 0x06;

  /** Where the kernel lets a program read what is not in the frame: SKF_AD_OFF + SKF_AD_PKTTYPE. */
  private static final int PACKET_TYPE = -0x1000 + 4;

  /** For us, broadcast and multicast are 0 to 2; for another host 3, sent by this one 4. */
  private static final int PACKET_OTHER_HOST = 3;

  private static final int ETHER_TYPE_AT = 12;
  private static final int IP_AT = 14;
  private static final int UDP = 17;
  private static final int MORE_FRAGMENTS_OR_OFFSET = 0x3fff;
  private static final int WHOLE_FRAME = 0xffff;

  SocketFilter {
    program = List.copyOf(program);
  }

  /**
   * Whole UDP datagrams to the port that were sent to 255.255.255.255. What has a unicast
   * destination is left to the ordinary UDP socket, so that nothing is handled twice.
   */
  static SocketFilter broadcastsTo(int udpPort) {
    return new Checks()
        .require(LOAD_HALF, ETHER_TYPE_AT, IF_EQUAL, UdpFrame.ETHER_TYPE)
        .refuse(LOAD_WORD, PACKET_TYPE, IF_GREATER_OR_EQUAL, PACKET_OTHER_HOST)
        .require(LOAD_BYTE, IP_AT + 9, IF_EQUAL, UDP)
        .refuse(LOAD_HALF, IP_AT + 6, IF_ANY_BIT, MORE_FRAGMENTS_OR_OFFSET)
        .require(LOAD_WORD, IP_AT + 16, IF_EQUAL, 0xffff_ffff)
        .load(X_IS_IP_HEADER_LENGTH, IP_AT)
        .require(LOAD_HALF_AT_X, IP_AT + 2, IF_EQUAL, udpPort)
        .build();
  }

  /** ARP of others: answers to us, and what is sent to everybody. */
  static SocketFilter arp() {
    return new Checks()
        .require(LOAD_HALF, ETHER_TYPE_AT, IF_EQUAL, ArpFrame.ETHER_TYPE)
        .refuse(LOAD_WORD, PACKET_TYPE, IF_GREATER_OR_EQUAL, PACKET_OTHER_HOST)
        .build();
  }

  /** Loads and tests in a row; whoever fails one is out. */
  private static final class Checks {
    private record Step(Instruction load, int test, int constant, boolean mustHold) {}

    private final List<Step> steps = new ArrayList<>();

    Checks require(int load, int at, int test, int constant) {
      steps.add(new Step(new Instruction(load, 0, 0, at), test, constant, true));
      return this;
    }

    Checks refuse(int load, int at, int test, int constant) {
      steps.add(new Step(new Instruction(load, 0, 0, at), test, constant, false));
      return this;
    }

    Checks load(int load, int at) {
      steps.add(new Step(new Instruction(load, 0, 0, at), 0, 0, true));
      return this;
    }

    SocketFilter build() {
      int length = steps.stream().mapToInt(s -> s.test() == 0 ? 1 : 2).sum();
      List<Instruction> program = new ArrayList<>();
      for (Step step : steps) {
        program.add(step.load());
        if (step.test() != 0) {
          // From the instruction after this one to the last, which refuses.
          int out = length - program.size();
          program.add(
              new Instruction(
                  step.test(),
                  step.mustHold() ? 0 : out,
                  step.mustHold() ? out : 0,
                  step.constant()));
        }
      }
      program.add(new Instruction(RETURN, 0, 0, WHOLE_FRAME));
      program.add(new Instruction(RETURN, 0, 0, 0));
      return new SocketFilter(program);
    }
  }
}
