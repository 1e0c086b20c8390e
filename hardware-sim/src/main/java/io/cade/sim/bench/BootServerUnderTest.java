package io.cade.sim.bench;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.boothttp.BootHttpConfig;
import io.cade.engine.boothttp.BootHttpServer;
import io.cade.engine.boottree.BootFile;
import io.cade.engine.boottree.BootTree;
import io.cade.engine.datagram.NettyDatagramLoop;
import io.cade.engine.datagram.NettyTransport;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetBuilder;
import io.cade.engine.model.Change;
import io.cade.engine.tftp.TftpConfig;
import io.cade.engine.tftp.TftpServer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executors;

/**
 * The engine's TFTP and HTTP boot servers in a process of their own, for measurements: {@code IMAGE
 * CARDS [nio]}. Prints {@code TFTP-PORT HTTP-PORT}, serves the file as {@code image} to all cards,
 * and ends when its input ends.
 */
public final class BootServerUnderTest {
  static final String FILE = "image";

  private BootServerUnderTest() {}

  public static void main(String[] args) throws IOException {
    Path image = Path.of(args[0]);
    int cards = Integer.parseInt(args[1]);
    boolean nio = args.length > 2 && args[2].equals("nio");
    InstantSource clock = InstantSource.system();
    Cabinet cabinet = leased(cards, clock);
    BootTree tree =
        new BootTree(
            () -> cabinet,
            clock,
            List.of((position, name) ->
                name.equals(FILE) ? Optional.of(BootFile.of(image, FILE)) : Optional.empty()));
    EventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(
            2, nio ? NioIoHandler.newFactory() : NettyTransport.handlers());
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    var files = Executors.newVirtualThreadPerTaskExecutor();
    TftpServer tftp =
        TftpServer.start(new NettyDatagramLoop(loops.next()), tree, files, TftpConfig.of(any))
            .join();
    BootHttpServer http = BootHttpServer.start(loops, BootHttpConfig.of(any), tree, files, clock);
    System.out.println(tftp.local().getPort() + " " + http.local().getPort());
    while (System.in.read() >= 0) {
      // A line asks for the counters.
      System.out.println(tftp.outcomes());
    }
    System.exit(0);
  }

  /** Address of a card of the measurement. */
  static String address(int card) {
    return String.format(Locale.ROOT, "127.1.%d.%d", 1 + card / 14, 1 + card % 14);
  }

  private static Cabinet leased(int cards, InstantSource clock) {
    CabinetBuilder builder = new CabinetBuilder(Cabinet.empty());
    for (int card = 0; card < cards; card++) {
      lease(builder, new CardPosition(1 + card / 14, 1 + card % 14), card, address(card), clock);
    }
    // For clients that cannot choose their address.
    lease(builder, new CardPosition(0, 2), 20 * 14, "127.0.0.1", clock);
    return builder.freeze(1);
  }

  private static void lease(
      CabinetBuilder builder,
      CardPosition position,
      int number,
      String address,
      InstantSource clock) {
    builder.apply(
        new Change.LeaseGranted(
            position,
            new MacAddress(
                String.format(Locale.ROOT, "02:00:00:00:%02x:%02x", number / 14, number % 14)),
            address,
            clock.instant().plus(Duration.ofDays(1))),
        clock.instant());
  }
}
