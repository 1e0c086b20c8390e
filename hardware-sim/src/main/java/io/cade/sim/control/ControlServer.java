package io.cade.sim.control;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes commands on a Unix socket that only its owner may use. At most {@value #MAX_CONNECTIONS}
 * connections, each with one request of at most {@link ControlProtocol#MAX_REQUEST} bytes, which
 * has to come within {@link #REQUEST_TIME}. Thread-safe.
 */
public final class ControlServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
  static final int MAX_CONNECTIONS = 8;
  private static final Duration REQUEST_TIME = Duration.ofSeconds(10);

  private final ControlProtocol protocol = new ControlProtocol();
  private final ReentrantLock oneAtATime = new ReentrantLock();
  private final Semaphore connections = new Semaphore(MAX_CONNECTIONS);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());
  private final ControlHandler handler;
  private final Path directory;
  private final Path socket;
  private final ServerSocketChannel server;

  private ControlServer(
      Path directory, Path socket, ServerSocketChannel server, ControlHandler handler) {
    this.directory = directory;
    this.socket = socket;
    this.server = server;
    this.handler = handler;
  }

  /**
   * Listens from now on.
   *
   * @param simDirectory the simulator's directory; is made, for its owner only, when absent
   * @throws IOException when another simulator listens there, or the directory cannot be used
   */
  public static ControlServer open(Path simDirectory, ControlHandler handler) throws IOException {
    Files.createDirectories(
        simDirectory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    refuseSecond(simDirectory);
    Files.deleteIfExists(ControlSocket.pathFile(simDirectory));
    Path socket = place(simDirectory);
    Files.deleteIfExists(socket);
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      server.bind(UnixDomainSocketAddress.of(socket), MAX_CONNECTIONS);
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      server.close();
      throw new IOException("cannot listen at " + socket + ": " + e.getMessage(), e);
    }
    ControlServer opened = new ControlServer(simDirectory, socket, server, handler);
    Thread.ofPlatform().name("control").daemon().start(opened::accept);
    return opened;
  }

  /** Where it listens. */
  public Path socket() {
    return socket;
  }

  private static void refuseSecond(Path simDirectory) throws IOException {
    Path there = ControlSocket.of(simDirectory);
    if (somebodyListens(there)) {
      throw new IOException("another simulator listens at " + there + "; stop that one first");
    }
  }

  private static boolean somebodyListens(Path there) {
    if (!ControlSocket.fits(there) || !Files.exists(there)) {
      return false;
    }
    try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(there))) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static Path place(Path simDirectory) throws IOException {
    Path regular = ControlSocket.regular(simDirectory);
    if (ControlSocket.fits(regular)) {
      return regular;
    }
    Path socket = Files.createTempDirectory("cade-sim").resolve("control.sock");
    Path file = ControlSocket.pathFile(simDirectory);
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(fresh, socket + "\n");
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    return socket;
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        connections.acquire();
        try {
          SocketChannel channel = server.accept();
          threads.execute(() -> serve(channel));
        } catch (IOException | RuntimeException e) {
          connections.release();
          throw e;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (ClosedChannelException | RejectedExecutionException e) {
        return;
      } catch (IOException e) {
        LOG.warn("a technician's connection could not be taken: {}", e.toString());
      }
    }
  }

  private void serve(SocketChannel channel) {
    try (channel) {
      protocol.send(channel, answer(channel));
    } catch (IOException e) {
      LOG.debug("a technician's connection ended early: {}", e.toString());
    } finally {
      connections.release();
    }
  }

  private ControlReply answer(SocketChannel channel) throws ClosedChannelException {
    ControlRequest request;
    ScheduledFuture<?> tooLate =
        timer.schedule(() -> close(channel), REQUEST_TIME.toMillis(), TimeUnit.MILLISECONDS);
    try {
      request = protocol.receive(channel, ControlProtocol.MAX_REQUEST, ControlRequest.class);
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException e) {
      return ControlReply.failed("not a command: " + firstLine(e.getMessage()));
    } finally {
      tooLate.cancel(false);
    }
    oneAtATime.lock();
    try {
      return handler.handle(request.command());
    } catch (RuntimeException e) {
      LOG.error("command {} failed", request.command(), e);
      return ControlReply.failed("the simulator failed: " + e + "; its log has the cause");
    } finally {
      oneAtATime.unlock();
    }
  }

  private static String firstLine(@Nullable String text) {
    return text == null ? "" : text.lines().findFirst().orElse("");
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("{}", e.toString());
    }
  }

  /** Takes no more commands; one that is being carried out may end. */
  @Override
  public void close() throws IOException {
    server.close();
    timer.shutdownNow();
    threads.shutdown();
    Files.deleteIfExists(socket);
    if (!socket.equals(ControlSocket.regular(directory))) {
      Files.deleteIfExists(ControlSocket.pathFile(directory));
      Path own = socket.getParent();
      if (own != null) {
        Files.deleteIfExists(own);
      }
    }
  }
}
