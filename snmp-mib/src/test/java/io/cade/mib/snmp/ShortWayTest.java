package io.cade.mib.snmp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.mib.CabinetControl;
import io.cade.mib.ManagerRole;
import io.cade.mib.MibOids;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.snmp4j.PDU;
import org.snmp4j.smi.OID;

/**
 * The short way answers the same octets as SNMP4J's way over the same cabinet, or leaves the
 * request to it: asked of two agents, one without the short way, with requests made at random and
 * with requests that were damaged at random.
 */
@Timeout(300)
class ShortWayTest {
  /** 10⁶ and more were run by hand: {@code -Dcade.snmp.requests=1000000}. */
  private static final int REQUESTS = Integer.getInteger("cade.snmp.requests", 6_000);

  private static final List<SnmpCommunity> COMMUNITIES =
      List.of(
          new SnmpCommunity("all", ManagerRole.OPERATOR, List.of()),
          new SnmpCommunity("part", ManagerRole.MONITOR, List.of()),
          new SnmpCommunity(
              "elsewhere",
              ManagerRole.MONITOR,
              List.of(SnmpCommunity.Network.parse("192.0.2.0/24"))));

  @SuppressWarnings("NullAway.Init") // by JUnit
  @TempDir
  Path folder;

  private final FixtureView view = FixtureView.of(2, 14, 3);

  @SuppressWarnings("NullAway.Init") // by start()
  private SnmpAgent fast;

  @SuppressWarnings("NullAway.Init") // by start()
  private SnmpAgent general;

  private SnmpAgent agent(String name, boolean shortWay) throws IOException {
    Path state = Files.createDirectory(folder.resolve(name));
    // The same engine for both.
    Files.writeString(
        state.resolve("snmp-engine"), "engineId=80007ed905aabbccdd00112233\nboots=7\n");
    var agent =
        new SnmpAgent(
            new SnmpAgentConfig(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                true,
                true,
                COMMUNITIES,
                List.of(AgentContract.USER),
                state,
                new SnmpAgentConfig.SystemTexts("Cade", "", "c", "")),
            view,
            CabinetControl.none(),
            AuthenticationFailures.NONE,
            InstantSource.fixed(FixtureView.NOW),
            () -> 0,
            new SplittableRandom(7),
            shortWay);
    agent.start();
    return agent;
  }

  @BeforeEach
  void start() throws IOException {
    fast = agent("fast", true);
    general = agent("general", false);
  }

  @AfterEach
  void stop() {
    fast.close();
    general.close();
  }

  @Test
  void answersAreTheSameOctets() throws Exception {
    long seed = Long.getLong("cade.seed", System.nanoTime());
    System.out.println("seed " + seed);
    var random = new SplittableRandom(seed);
    var requests = new SnmpRequests(random, oids());
    try (var toFast = new Peer(fast.localAddress());
        var toGeneral = new Peer(general.localAddress())) {
      for (int i = 0; i < REQUESTS; i++) {
        byte[] request = requests.any();
        if (random.nextInt(3) == 0) {
          request = requests.damaged(request);
        }
        byte[] probe = requests.probe(i);
        byte[] one = toFast.ask(request, probe);
        byte[] other = toGeneral.ask(request, probe);
        if (Arrays.equals(one, other)) {
          continue;
        }
        assertThat(HexFormat.of().formatHex(one))
            .as("request %d of seed %d: %s", i, seed, HexFormat.of().formatHex(request))
            .isEqualTo(HexFormat.of().formatHex(other));
      }
    }
    // Both have gone on counting alike: what they were asked, and what was wrong with it.
    try (var a = new JavaManager(fast.localAddress());
        var b = new JavaManager(general.localAddress())) {
      String parse = EngineFrames.SNMP + ".6.0";
      String community = EngineFrames.SNMP + ".4.0";
      String gets = EngineFrames.SNMP + ".15.0";
      var ours = a.get(Manager.As.USER, parse, community, gets, EngineFrames.SNMP + ".1.0");
      assertThat(ours)
          .isEqualTo(b.get(Manager.As.USER, parse, community, gets, EngineFrames.SNMP + ".1.0"));
      assertThat(ours.entries()).extracting(Manager.Entry::value).doesNotContain("0");
    }
  }

  /**
   * Instances, and what lies before, between and behind them. Counters change: they are left out.
   */
  private static List<OID> oids() {
    var oids = new java.util.ArrayList<OID>();
    for (String object : MibOids.READABLE.values()) {
      for (String index :
          List.of(
              "",
              ".0",
              ".1",
              ".1.1",
              ".2.14",
              ".1.3.2",
              ".3.1.1",
              ".2.0.1",
              ".4000000000",
              ".9.9.9",
              ".1.1.1.1",
              ".4294967295")) {
        oids.add(new OID(object + index));
      }
    }
    for (String other :
        List.of(
            "0.0",
            "1",
            "1.3",
            EngineFrames.SYSTEM,
            EngineFrames.SYSTEM + ".5.0",
            EngineFrames.SYSTEM + ".9",
            "1.3.6.1.4.1.32472.9",
            "1.3.6.1.4.1.32474",
            "1.3.6.1.6.3.9",
            EngineFrames.ENGINE + ".4.0",
            "2.5.4",
            "1.3.6.1.7")) {
      oids.add(new OID(other));
    }
    return oids;
  }

  /** A socket that asks, and knows silence by the answer to a second question. */
  private static final class Peer implements AutoCloseable {
    private final DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    private final InetSocketAddress agent;

    Peer(InetSocketAddress agent) throws IOException {
      this.agent = agent;
      socket.setSoTimeout(5000);
    }

    /** The answer, empty if the probe's comes first. */
    byte[] ask(byte[] request, byte[] probe) throws IOException {
      socket.send(new DatagramPacket(request, request.length, agent));
      socket.send(new DatagramPacket(probe, probe.length, agent));
      byte[] answer = new byte[0];
      while (true) {
        var packet = new DatagramPacket(new byte[8192], 8192);
        try {
          socket.receive(packet);
        } catch (SocketTimeoutException e) {
          throw new AssertionError("the agent is silent", e);
        }
        byte[] octets = Arrays.copyOf(packet.getData(), packet.getLength());
        if (SnmpRequests.answers(octets, probe)) {
          return answer;
        }
        answer = octets;
      }
    }

    @Override
    public void close() {
      socket.close();
    }
  }

  /** Makes requests. */
  private static final class SnmpRequests {
    private static final List<String> WORDS =
        List.of("all", "all", "all", "part", "part", "elsewhere", "wrong", "");
    private final SplittableRandom random;
    private final List<OID> oids;

    SnmpRequests(SplittableRandom random, List<OID> oids) {
      this.random = random;
      this.oids = oids;
    }

    byte[] any() {
      boolean v1 = random.nextInt(3) == 0;
      PDU pdu = v1 ? new org.snmp4j.PDUv1() : new PDU();
      int[] types = {PDU.GET, PDU.GET, PDU.GETNEXT, PDU.GETNEXT, PDU.GETBULK, PDU.GETBULK, PDU.SET};
      pdu.setType(types[random.nextInt(types.length)]);
      if (v1 && pdu.getType() == PDU.GETBULK) {
        pdu.setType(PDU.GETNEXT);
      }
      if (pdu.getType() == PDU.GETBULK) {
        pdu.setNonRepeaters(random.nextInt(4) - 1);
        int[] repetitions = {-1, 0, 1, 2, 10, 60, Integer.MAX_VALUE};
        pdu.setMaxRepetitions(repetitions[random.nextInt(repetitions.length)]);
      }
      pdu.setRequestID(new org.snmp4j.smi.Integer32(random.nextInt() >> random.nextInt(32)));
      int bindings = random.nextInt(20) == 0 ? random.nextInt(140) : random.nextInt(5);
      for (int i = 0; i < bindings; i++) {
        pdu.add(new org.snmp4j.smi.VariableBinding(oids.get(random.nextInt(oids.size()))));
      }
      return message(v1 ? 0 : 1, WORDS.get(random.nextInt(WORDS.size())), pdu);
    }

    byte[] damaged(byte[] request) {
      byte[] copy = request.clone();
      int changes = 1 + random.nextInt(3);
      for (int i = 0; i < changes; i++) {
        int at = random.nextInt(copy.length);
        switch (random.nextInt(4)) {
          case 0 -> copy[at] = (byte) random.nextInt();
          case 1 -> copy[at] ^= (byte) (1 << random.nextInt(8));
          case 2 -> copy[at] = (byte) (copy[at] + random.nextInt(3) - 1);
          default -> copy = Arrays.copyOf(copy, Math.max(1, random.nextInt(copy.length + 4)));
        }
      }
      return copy;
    }

    /** GET of sysName, with a request id of its own. */
    byte[] probe(int number) {
      var pdu = new PDU();
      pdu.setType(PDU.GET);
      pdu.setRequestID(new org.snmp4j.smi.Integer32(0x4000_0000 | number));
      pdu.add(new org.snmp4j.smi.VariableBinding(new OID(EngineFrames.SYSTEM + ".5.0")));
      return message(1, "all", pdu);
    }

    /** By the request id, at the same place in both. */
    static boolean answers(byte[] answer, byte[] probe) {
      return answer.length > 17
          && answer[10] == (byte) 0xA2
          && Arrays.equals(answer, 12, 18, probe, 12, 18);
    }

    private static byte[] message(int version, String community, PDU pdu) {
      try {
        var out = new java.io.ByteArrayOutputStream();
        var word = new org.snmp4j.smi.OctetString(community);
        var number = new org.snmp4j.smi.Integer32(version);
        org.snmp4j.asn1.BER.encodeHeader(
            out,
            org.snmp4j.asn1.BER.SEQUENCE,
            number.getBERLength() + word.getBERLength() + pdu.getBERLength());
        number.encodeBER(out);
        word.encodeBER(out);
        pdu.encodeBER(out);
        return out.toByteArray();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }
}
