package io.cade.sim.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.MacAddress;
import io.cade.engine.datagram.NettyDatagramLoop;
import io.cade.engine.datagram.raw.EthernetEvent;
import io.cade.engine.datagram.raw.EthernetPort;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two machines on one cable, and one of its VLANs. */
@Timeout(60)
class EthernetPortTest {
  private static final int PORT = 67;
  private static final String CLIENT_MAC = "02:00:00:00:00:0c";

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final NettyDatagramLoop loop = new NettyDatagramLoop(group.next());
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private final List<EthernetPort> ports = new ArrayList<>();
  private @Nullable NetworkNamespace server;
  private @Nullable NetworkNamespace client;

  @BeforeEach
  void build() throws Exception {
    NetworkNamespace.requirePossible();
    server = NetworkNamespace.create("server");
    client = NetworkNamespace.create("client");
    server().cable("eth1", client(), "eth0");
    server().address("eth1", "10.77.1.1/24");
    client().mac("eth0", CLIENT_MAC);
    client().address("eth0", "10.77.1.9/24");
  }

  @AfterEach
  void remove() throws Exception {
    ports.forEach(EthernetPort::close);
    if (client != null) {
      client.close();
    }
    if (server != null) {
      server.close();
    }
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  @Test
  void hearsBroadcastsToItsPortAndNothingElse() throws Exception {
    listen("eth1");
    client()
        .inside(() -> {
          send("unicast", "10.77.1.1", PORT);
          send("other port", "255.255.255.255", 69);
          send("x".repeat(3000), "255.255.255.255", PORT);
          return send("wanted", "255.255.255.255", PORT);
        });
    assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("eth1 10.77.1.9 wanted");
    assertThat(heard).isEmpty();
  }

  @Test
  void anEmptyDatagramAndOneOfOddLengthArriveAsTheyAre() throws Exception {
    listen("eth1");
    client().inside(() -> send("", "255.255.255.255", PORT));
    assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("eth1 10.77.1.9 ");
    client().inside(() -> send("abc", "255.255.255.255", PORT));
    assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("eth1 10.77.1.9 abc");
  }

  @Test
  void aVlanIsAnInterfaceOfItsOwn() throws Exception {
    server().address(server().vlan("eth1", 20), "10.77.20.1/24");
    client().address(client().vlan("eth0", 20), "10.77.20.9/24");
    client().address(client().vlan("eth0", 30), "10.77.30.9/24");
    listen("eth1");
    listen("eth1.20");
    client()
        .inside(() -> {
          // There is nobody in VLAN 30: what is sent there must not be taken for untagged.
          send("thirty", "255.255.255.255", PORT, "10.77.30.9", "eth0.30");
          return send("twenty", "255.255.255.255", PORT, "10.77.20.9", "eth0.20");
        });
    assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("eth1.20 10.77.20.9 twenty");
    client().inside(() -> send("plain", "255.255.255.255", PORT, "10.77.1.9", "eth0"));
    assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("eth1 10.77.1.9 plain");
    assertThat(heard).isEmpty();
  }

  @Test
  void reachesAClientByItsHardwareAddressWithoutArp() throws Exception {
    EthernetPort port = listen("eth1");
    // Nobody answers ARP there, and still the frame arrives, its checksums being right.
    client().ip("link", "set", "eth0", "arp", "off");
    DatagramSocket socket = client().inside(() -> new DatagramSocket(new InetSocketAddress(68)));
    try (socket) {
      byte[] payload = "an offer of odd length..".getBytes(StandardCharsets.US_ASCII);
      assertThat(
              port.send(
                  payload, bits("10.77.1.1"), new MacAddress(CLIENT_MAC), bits("10.77.1.9"), 68))
          .isTrue();
      assertThat(receive(socket)).isEqualTo("10.77.1.1:67 an offer of odd length..");
      assertThat(port.broadcast(payload, bits("10.77.1.1"), 68)).isTrue();
      assertThat(receive(socket)).isEqualTo("10.77.1.1:67 an offer of odd length..");
      port.send(
          payload, bits("10.77.1.1"), new MacAddress("02:00:00:00:00:0d"), bits("10.77.1.9"), 68);
      socket.setSoTimeout(200);
      assertThatThrownBy(() -> receive(socket)).isInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void tellsWhetherAnAddressIsInUse() throws Exception {
    EthernetPort port = listen("eth1");
    assertThat(port.inUse(bits("10.77.1.9")).get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(port.inUse(bits("10.77.1.10")).get(10, TimeUnit.SECONDS)).isFalse();
    assertThat(port.events())
        .containsEntry(EthernetEvent.PROBE_ANSWERED, 1L)
        .containsEntry(EthernetEvent.PROBED, 3L);
  }

  @Test
  void anInterfaceThatGoesDownAndUpIsServedAgain() throws Exception {
    EthernetPort port = listen("eth1");
    server().ip("link", "set", "eth1", "down");
    await(() -> !port.isUp());
    assertThat(port.broadcast(new byte[300], bits("10.77.1.1"), 68)).isFalse();
    server().ip("link", "set", "eth1", "up");
    await(port::isUp);
    assertThat(port.events()).containsEntry(EthernetEvent.LINK_LOST, 1L);
    assertThat(port.events()).containsEntry(EthernetEvent.LINK_FOUND, 1L);
    client().inside(() -> send("again", "255.255.255.255", PORT));
    assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("eth1 10.77.1.9 again");
  }

  @Test
  void anInterfaceThatVanishesAndComesBackIsServedAgain() throws Exception {
    EthernetPort port = listen("eth1");
    server().ip("link", "del", "eth1");
    await(() -> !port.isUp());
    assertThat(port.inUse(bits("10.77.1.9")).get(10, TimeUnit.SECONDS)).isFalse();
    // Indexes are given out in order: the next eth1 has another one than before.
    server().cable("other", client(), "other");
    server().cable("eth1", client(), "eth0");
    server().address("eth1", "10.77.1.1/24");
    client().address("eth0", "10.77.1.9/24");
    await(port::isUp);
    client().inside(() -> send("again", "255.255.255.255", PORT));
    assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("eth1 10.77.1.9 again");
    assertThat(port.inUse(bits("10.77.1.9")).get(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aFloodArrivesWholeAndInOrder() throws Exception {
    listen("eth1");
    int count = 3000;
    client()
        .inside(() -> {
          try (DatagramSocket socket = socket("10.77.1.9", "eth0")) {
            for (int i = 0; i < count; i++) {
              byte[] payload = Integer.toString(i).getBytes(StandardCharsets.US_ASCII);
              socket.send(
                  new DatagramPacket(payload, payload.length, endpoint("255.255.255.255", PORT)));
            }
          }
          return true;
        });
    for (int i = 0; i < count; i++) {
      assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("eth1 10.77.1.9 " + i);
    }
  }

  @Test
  void anInterfaceThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> listen("eth7"))
        .hasRootCauseInstanceOf(IOException.class)
        .rootCause()
        .hasMessageContaining("no interface eth7")
        .hasMessageContaining("ip link");
  }

  private EthernetPort listen(String name) throws Exception {
    EthernetPort port =
        server()
            .inside(() ->
                EthernetPort.open(
                    name,
                    PORT,
                    loop,
                    (from, payload) ->
                        heard.add(
                            name
                                + " "
                                + from.getAddress().getHostAddress()
                                + " "
                                + new String(payload, StandardCharsets.US_ASCII))));
    ports.add(port);
    return port;
  }

  private static boolean send(String text, String to, int port) throws IOException {
    return send(text, to, port, "10.77.1.9", "eth0");
  }

  private static boolean send(String text, String to, int port, String from, String device)
      throws IOException {
    try (DatagramSocket socket = socket(from, device)) {
      byte[] payload = text.getBytes(StandardCharsets.US_ASCII);
      socket.send(new DatagramPacket(payload, payload.length, endpoint(to, port)));
    }
    return true;
  }

  /** One whose broadcasts leave by a device: there is a route for them. */
  private static DatagramSocket socket(String from, String device) throws IOException {
    try {
      Tool.run(List.of("ip", "route", "replace", "255.255.255.255", "dev", device)).orFail();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    DatagramSocket socket = new DatagramSocket(endpoint(from, 68));
    socket.setBroadcast(true);
    return socket;
  }

  private static InetSocketAddress endpoint(String address, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), port);
  }

  private static String receive(DatagramSocket socket) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[1500], 1500);
    socket.receive(packet);
    return packet.getAddress().getHostAddress()
        + ":"
        + packet.getPort()
        + " "
        + new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
  }

  private static int bits(String address) {
    return ByteBuffer.wrap(Inet4Address.ofLiteral(address).getAddress()).getInt();
  }

  private static void await(java.util.function.BooleanSupplier condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  private NetworkNamespace server() {
    return java.util.Objects.requireNonNull(server);
  }

  private NetworkNamespace client() {
    return java.util.Objects.requireNonNull(client);
  }
}
