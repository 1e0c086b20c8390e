package io.cade.sim.bench;

import io.cade.mib.ManagerRole;
import io.cade.mib.snmp.SnmpAgent;
import io.cade.mib.snmp.SnmpAgentConfig;
import io.cade.mib.snmp.SnmpCommunity;
import io.cade.mib.snmp.SnmpUser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The agent alone in a process, over cabinets of one, two and four times the full size. Says {@code
 * READY} and its ports, and ends with its input.
 */
final class SnmpSubject {
  static final List<Integer> SIZES = List.of(1, 2, 4);

  private SnmpSubject() {}

  /**
   * @param args folder for state, community, user, passphrase
   */
  public static void main(String[] args) throws IOException {
    String ports =
        SIZES.stream()
            .map(times -> {
              try {
                return Integer.toString(start(times, args));
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            })
            .collect(Collectors.joining(" "));
    System.out.println("READY " + ports);
    while (System.in.read() >= 0) {
      // until its end
    }
    System.exit(0);
  }

  @SuppressWarnings("resource") // until the process ends
  private static int start(int times, String[] args) throws IOException {
    Path state = Files.createDirectories(Path.of(args[0]).resolve("agent" + times));
    // What a community of a real cabinet has: its view, the networks it is served to, and others
    // beside it.
    List<SnmpCommunity> communities =
        IntStream.range(0, 4)
            .mapToObj(i ->
                new SnmpCommunity(
                    i == 2 ? args[1] : "another community " + i,
                    ManagerRole.MONITOR,
                    List.of(
                        SnmpCommunity.Network.parse("192.0.2.0/24"),
                        SnmpCommunity.Network.parse("127.0.0.0/8"))))
            .toList();
    var agent =
        new SnmpAgent(
            new SnmpAgentConfig(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                true,
                true,
                communities,
                List.of(
                    new SnmpUser(
                        args[2],
                        ManagerRole.MONITOR,
                        SnmpUser.Auth.SHA_256,
                        args[3],
                        SnmpUser.Priv.AES_128,
                        args[3])),
                state,
                new SnmpAgentConfig.SystemTexts("bench", "", "bench", "")),
            new GeneratedCabinet(times),
            InstantSource.system());
    agent.start();
    return agent.localAddress().getPort();
  }
}
