package io.cade.proxy.vrrp;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Adds addresses to an interface and removes them, through netlink (rtnetlink(7)). An address is
 * added for some seconds only, and then kept by being added again: when this process is killed, the
 * kernel takes it away. Otherwise the machine would go on answering ARP for an address that another
 * has taken over. Owned by one thread.
 */
final class InterfaceAddresses implements AutoCloseable {
  private static final int AF_NETLINK = 16;
  private static final int AF_INET = 2;
  private static final short RTM_NEWADDR = 20;
  private static final short RTM_DELADDR = 21;
  private static final short NLMSG_ERROR = 2;
  private static final short REQUEST_AND_ACK = 5;
  private static final short REPLACE_OR_CREATE = 0x500;
  private static final short IFA_ADDRESS = 1;
  private static final short IFA_LOCAL = 2;
  private static final short IFA_CACHEINFO = 6;
  private static final byte WHOLE = 32;
  private static final int HEADER_BYTES = 24;
  private static final int ANSWER_MILLIS = 1000;

  private final SystemCalls calls;
  private final int fd;
  private final int index;
  private final MemorySegment answer;
  private final MemorySegment pollfd;
  private final MemorySegment kernel;
  private int sequence;

  /**
   * @param arena whose life is that of the socket's memory
   * @param index of the interface
   */
  InterfaceAddresses(Arena arena, int index) throws IOException {
    this.calls = new SystemCalls(arena);
    this.index = index;
    this.answer = arena.allocate(4096, 4);
    this.pollfd = arena.allocate(8, 4);
    this.kernel = arena.allocate(12, 4);
    kernel.set(JAVA_BYTE, 0, (byte) AF_NETLINK);
    this.fd = calls.socket(AF_NETLINK, SystemCalls.SOCK_RAW | SystemCalls.SOCK_CLOEXEC, 0);
  }

  /**
   * Adds an address, without a network of its own, or lets it stay for longer.
   *
   * @param seconds until the kernel removes it
   */
  void add(Inet4Address address, int seconds) throws IOException {
    ByteBuffer lifetime = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
    lifetime.putInt(seconds).putInt(seconds);
    request(RTM_NEWADDR, REPLACE_OR_CREATE, address, lifetime.array());
  }

  /** Removes it, if it is there. */
  void remove(Inet4Address address) throws IOException {
    try {
      request(RTM_DELADDR, (short) 0, address, new byte[0]);
    } catch (SystemCalls.Failed e) {
      if (e.errno() != SystemCalls.EADDRNOTAVAIL) {
        throw e;
      }
    }
  }

  private void request(short type, short flags, Inet4Address address, byte[] lifetime)
      throws IOException {
    sequence++;
    int length = HEADER_BYTES + 8 + 8 + (lifetime.length == 0 ? 0 : 4 + lifetime.length);
    ByteBuffer out = ByteBuffer.allocate(length).order(ByteOrder.nativeOrder());
    // struct nlmsghdr, struct ifaddrmsg
    out.putInt(length)
        .putShort(type)
        .putShort((short) (REQUEST_AND_ACK | flags))
        .putInt(sequence)
        .putInt(0)
        .put((byte) AF_INET)
        .put(WHOLE)
        .put((byte) 0)
        .put((byte) 0)
        .putInt(index);
    out.putShort((short) 8).putShort(IFA_LOCAL).put(address.getAddress());
    out.putShort((short) 8).putShort(IFA_ADDRESS).put(address.getAddress());
    if (lifetime.length > 0) {
      out.putShort((short) (4 + lifetime.length)).putShort(IFA_CACHEINFO).put(lifetime);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment message = arena.allocate(length, 4);
      MemorySegment.copy(out.array(), 0, message, JAVA_BYTE, 0, length);
      calls.send(fd, message, kernel);
    }
    awaitAnswer(type);
  }

  private void awaitAnswer(short type) throws IOException {
    while (calls.awaitReadable(fd, pollfd, ANSWER_MILLIS)) {
      int length = calls.receive(fd, answer, 0);
      ByteBuffer in = answer.asSlice(0, length).asByteBuffer().order(ByteOrder.nativeOrder());
      boolean ours = length >= 20 && in.getShort(4) == NLMSG_ERROR && in.getInt(8) == sequence;
      if (ours) {
        int error = -answer.get(JAVA_INT, 16);
        if (error != 0) {
          throw new SystemCalls.Failed(
              type == RTM_NEWADDR ? "adding an address" : "removing an address", error);
        }
        return;
      }
    }
    throw new IOException("the kernel does not answer over netlink");
  }

  @Override
  public void close() {
    calls.close(fd);
  }
}
