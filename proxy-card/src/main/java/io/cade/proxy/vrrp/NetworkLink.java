package io.cade.proxy.vrrp;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An Ethernet interface (Linux): advertisements by multicast to 224.0.0.18 as protocol 112, the
 * addresses on the interface by {@link InterfaceAddresses}, announcements by gratuitous ARP with
 * the interface's own MAC address. Needs CAP_NET_RAW and CAP_NET_ADMIN. Owned by one thread, beside
 * the one that receives.
 */
final class NetworkLink implements VrrpLink {
  private static final Logger log = LoggerFactory.getLogger(NetworkLink.class);
  private static final int AF_INET = 2;
  private static final int AF_PACKET = 17;
  private static final int SOL_SOCKET = 1;
  private static final int SO_BINDTODEVICE = 25;
  private static final int IP_TOS = 1;
  private static final int IP_MULTICAST_IF = 32;
  private static final int IP_MULTICAST_TTL = 33;
  private static final int IP_MULTICAST_LOOP = 34;
  private static final int IP_ADD_MEMBERSHIP = 35;

  /** Class selector 6, network control: a crowded link drops visitors' packets first. */
  private static final int NETWORK_CONTROL = 0xc0;

  private static final int ETHER_ARP = 0x0806;
  private static final int ARP_BYTES = 42;
  private static final int REQUEST = 1;
  private static final int REPLY = 2;
  private static final int MOST_BYTES = 2048;
  private static final int CLOSED_AFTER_MILLIS = 200;
  private static final ValueLayout.OfShort NETWORK_SHORT =
      JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

  private final String name;
  private final Inet4Address own;
  private final Inet4Address group;
  private final Arena arena = Arena.ofShared();
  private final SystemCalls sending = new SystemCalls(arena);
  private @Nullable VrrpSettings settings;
  private @Nullable InterfaceAddresses addresses;
  private @Nullable Thread receiver;
  private int index;
  private byte[] mac = new byte[6];
  private int socket = -1;
  private int packets = -1;
  private volatile boolean closed;

  /**
   * @param virtual addresses that are not the interface's own
   * @throws IOException with what to do, when there is no such interface, or it has no address
   */
  NetworkLink(String name, List<Inet4Address> virtual) throws IOException {
    this.name = name;
    this.own = primary(name, virtual);
    this.group = (Inet4Address) InetAddress.ofLiteral("224.0.0.18");
  }

  private static Inet4Address primary(String name, List<Inet4Address> virtual) throws IOException {
    NetworkInterface found = NetworkInterface.getByName(name);
    if (found == null) {
      throw new IOException("virtualAddress.interface: there is no interface " + name);
    }
    return found
        .inetAddresses()
        .filter(a -> a instanceof Inet4Address four && !virtual.contains(four))
        .map(Inet4Address.class::cast)
        .findFirst()
        .orElseThrow(() ->
            new IOException(
                "virtualAddress.interface: "
                    + name
                    + " has no IPv4 address of its own, from which to advertise; give it one"));
  }

  @Override
  public Inet4Address own() {
    return own;
  }

  @Override
  public boolean isUp() {
    try {
      NetworkInterface now = NetworkInterface.getByName(name);
      return now != null && now.isUp();
    } catch (SocketException e) {
      return false;
    }
  }

  @Override
  public void open(VrrpSettings virtual, Consumer<VrrpReading> inbox) throws IOException {
    settings = virtual;
    NetworkInterface ethernet = NetworkInterface.getByName(name);
    byte[] hardware = ethernet == null ? null : ethernet.getHardwareAddress();
    if (ethernet == null || hardware == null || hardware.length != 6) {
      throw new IOException(
          "virtualAddress.interface: " + name + " is no Ethernet interface, ARP needs one");
    }
    mac = hardware;
    index = ethernet.getIndex();
    try {
      socket = multicastSocket();
      // Protocol 0: it receives nothing.
      packets = sending.socket(AF_PACKET, SystemCalls.SOCK_RAW | SystemCalls.SOCK_CLOEXEC, 0);
      addresses = new InterfaceAddresses(arena, index);
      // Left by one that was killed a moment ago; nobody listens at it.
      release();
    } catch (SystemCalls.Failed e) {
      close();
      if (e.errno() == SystemCalls.EPERM) {
        throw new IOException(
            "virtualAddress: raw sockets and addresses on "
                + name
                + " are not permitted; give the process CAP_NET_RAW and CAP_NET_ADMIN",
            e);
      }
      throw e;
    }
    VrrpReader reader = new VrrpReader(virtual, own);
    receiver =
        Thread.ofPlatform().name("vrrp-receive").daemon().start(() -> receive(reader, inbox));
  }

  private int multicastSocket() throws IOException {
    int fd =
        sending.socket(
            AF_INET, SystemCalls.SOCK_RAW | SystemCalls.SOCK_CLOEXEC, VrrpPacket.PROTOCOL);
    try (Arena scratch = Arena.ofConfined()) {
      byte[] device = name.getBytes(StandardCharsets.US_ASCII);
      sending.setOption(fd, SOL_SOCKET, SO_BINDTODEVICE, scratch.allocateFrom(JAVA_BYTE, device));
      // struct ip_mreqn: group, address to send from, interface
      MemorySegment membership = scratch.allocate(12, 4);
      MemorySegment.copy(group.getAddress(), 0, membership, JAVA_BYTE, 0, 4);
      MemorySegment.copy(own.getAddress(), 0, membership, JAVA_BYTE, 4, 4);
      membership.set(JAVA_INT, 8, index);
      sending.setOption(fd, 0, IP_MULTICAST_IF, membership);
      sending.setOption(fd, 0, IP_ADD_MEMBERSHIP, membership);
      sending.setOption(fd, 0, IP_MULTICAST_TTL, scratch.allocateFrom(JAVA_INT, 255));
      sending.setOption(fd, 0, IP_MULTICAST_LOOP, scratch.allocateFrom(JAVA_INT, 0));
      sending.setOption(fd, 0, IP_TOS, scratch.allocateFrom(JAVA_INT, NETWORK_CONTROL));
      return fd;
    } catch (IOException | RuntimeException e) {
      sending.close(fd);
      throw e;
    }
  }

  private void receive(VrrpReader reader, Consumer<VrrpReading> inbox) {
    try (Arena scratch = Arena.ofConfined()) {
      SystemCalls calls = new SystemCalls(scratch);
      MemorySegment pollfd = scratch.allocate(8, 4);
      MemorySegment buffer = scratch.allocate(MOST_BYTES);
      byte[] bytes = new byte[MOST_BYTES];
      while (!closed) {
        try {
          if (calls.awaitReadable(socket, pollfd, CLOSED_AFTER_MILLIS)) {
            int length = calls.receive(socket, buffer, 0);
            MemorySegment.copy(buffer, JAVA_BYTE, 0, bytes, 0, length);
            inbox.accept(reader.datagram(bytes, length));
          }
        } catch (IOException e) {
          // Told once by the kernel when the interface goes down.
          log.debug("not received: {}", e.toString());
        }
      }
    }
  }

  @Override
  public void send(VrrpPacket packet) throws IOException {
    try (Arena scratch = Arena.ofConfined()) {
      byte[] message = packet.encode(own, group);
      MemorySegment to = scratch.allocate(16, 4); // struct sockaddr_in
      to.set(JAVA_SHORT, 0, (short) AF_INET);
      MemorySegment.copy(group.getAddress(), 0, to, JAVA_BYTE, 4, 4);
      sending.send(socket, scratch.allocateFrom(JAVA_BYTE, message), to);
    }
  }

  @Override
  public void take() throws IOException {
    if (addresses != null && settings != null) {
      int seconds = lifetimeSeconds(settings);
      for (Inet4Address address : settings.addresses()) {
        addresses.add(address, seconds);
      }
    }
  }

  /** No longer than the others wait: three intervals, in whole seconds as the kernel counts. */
  static int lifetimeSeconds(VrrpSettings settings) {
    return (int) Math.max(2, settings.interval().multipliedBy(3).toSeconds());
  }

  @Override
  public void release() throws IOException {
    if (addresses != null && settings != null) {
      for (Inet4Address address : settings.addresses()) {
        addresses.remove(address);
      }
    }
  }

  /** A request, as RFC 5227 §3 has it, and a reply, which is all that some neighbours heed. */
  @Override
  public void announce() throws IOException {
    if (settings != null) {
      for (Inet4Address address : settings.addresses()) {
        sendArp(REQUEST, address);
        sendArp(REPLY, address);
      }
    }
  }

  private void sendArp(int operation, Inet4Address address) throws IOException {
    byte[] everybody = {-1, -1, -1, -1, -1, -1};
    byte[] frame =
        ByteBuffer.allocate(ARP_BYTES)
            .put(everybody)
            .put(mac)
            .putShort((short) ETHER_ARP)
            .putShort((short) 1)
            .putShort((short) 0x0800)
            .putShort((short) 0x0604)
            .putShort((short) operation)
            .put(mac)
            .put(address.getAddress())
            .put(operation == REQUEST ? new byte[6] : everybody)
            .put(address.getAddress())
            .array();
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment to = scratch.allocate(20, 4); // struct sockaddr_ll
      to.set(JAVA_SHORT, 0, (short) AF_PACKET);
      to.set(NETWORK_SHORT, 2, (short) ETHER_ARP);
      to.set(JAVA_INT, 4, index);
      to.set(JAVA_BYTE, 11, (byte) 6);
      MemorySegment.copy(everybody, 0, to, JAVA_BYTE, 12, 6);
      sending.send(packets, scratch.allocateFrom(JAVA_BYTE, frame), to);
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      if (receiver != null) {
        receiver.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (addresses != null) {
      addresses.close();
      addresses = null;
    }
    if (packets >= 0) {
      sending.close(packets);
      packets = -1;
    }
    if (socket >= 0) {
      sending.close(socket);
      socket = -1;
    }
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
