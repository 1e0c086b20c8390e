package io.cade.agent.site;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/**
 * A site's process: {@code StaticSiteMain ADDRESS PORT DIRECTORY KIND}. Says {@code READY} when it
 * listens and ends when its standard input does, so that it never outlives the agent that started
 * it. Exit codes: 0 asked to end, 1 cannot serve, 2 wrong arguments.
 */
public final class StaticSiteMain {
  private StaticSiteMain() {}

  public static void main(String[] args) {
    System.exit(run(args));
  }

  private static int run(String[] args) {
    if (args.length != 4 || !args[1].matches("[0-9]{1,5}")) {
      System.err.println("usage: StaticSiteMain ADDRESS PORT DIRECTORY KIND");
      return 2;
    }
    // Read once, at start, from this property only; without it each answer waits for the peer's
    // delayed acknowledgement.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.ofLiteral(args[0]), Integer.parseInt(args[1]));
    try (Hosting site = Hosting.open(args[3], address, Path.of(args[2]))) {
      System.out.println("READY");
      System.out.flush();
      while (System.in.read() >= 0) {
        // Only its end matters.
      }
      return 0;
    } catch (IOException | RuntimeException e) {
      System.err.println(e.getMessage());
      return 1;
    }
  }
}
