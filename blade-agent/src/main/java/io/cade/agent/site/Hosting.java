package io.cade.agent.site;

import io.cade.agent.wire.ServicePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The servers of one service, as its kind has them: a {@code static-site} is pages; a {@code
 * hosting} package has pages in {@code www}, files for FTP in {@code ftp}, mailboxes in {@code
 * mail} and who may log in in {@code users}. Thread-safe.
 */
public final class Hosting implements AutoCloseable {
  private final Deque<AutoCloseable> servers = new ArrayDeque<>();

  private Hosting() {}

  /**
   * Listens and serves from now on.
   *
   * @param kind one of {@link ServicePorts#kinds}
   * @param address of HTTP; the ports of the other protocols follow from it
   * @throws IOException when an address cannot be bound or the content does not fit the kind
   */
  public static Hosting open(String kind, InetSocketAddress address, Path content)
      throws IOException {
    Hosting hosting = new Hosting();
    try {
      hosting.start(kind, address, content);
      return hosting;
    } catch (IOException | RuntimeException e) {
      hosting.close();
      throw e;
    }
  }

  private void start(String kind, InetSocketAddress address, Path content) throws IOException {
    if (kind.equals(ServicePorts.STATIC_SITE)) {
      servers.push(StaticSite.open(address, content));
      return;
    }
    if (!kind.equals(ServicePorts.HOSTING)) {
      throw new IOException("no server for services of kind '" + kind + "'");
    }
    Path root = content.toRealPath();
    Users users = Users.read(root.resolve("users"));
    InetAddress card = address.getAddress();
    servers.push(
        LineService.open(
            new InetSocketAddress(card, ServicePorts.ftp(address.getPort())),
            new FilesDialogue(root.resolve("ftp"), users)));
    servers.push(
        LineService.open(
            new InetSocketAddress(card, ServicePorts.pop3(address.getPort())),
            new MailboxDialogue(root.resolve("mail"), users)));
    // Last: the agent takes the service for ready when it answers over HTTP.
    servers.push(StaticSite.open(address, root.resolve("www")));
  }

  /** Stops at once, in the order opposite to the start. */
  @Override
  public synchronized void close() {
    while (!servers.isEmpty()) {
      switch (servers.pop()) {
        case StaticSite site -> site.close();
        case LineService service -> service.close();
        case AutoCloseable other -> throw new IllegalStateException("unknown server " + other);
      }
    }
  }
}
