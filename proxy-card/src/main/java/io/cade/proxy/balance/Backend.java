package io.cade.proxy.balance;

import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One place to which requests can go: an address and port with its health and its load. The same
 * object lives on through route changes as long as any route names the address and port, so that
 * what was learnt about it is not forgotten (SPEC P6). Thread-safe.
 */
public final class Backend {
  private final String address;
  private final InetSocketAddress socketAddress;
  private final BackendHealth health;
  private final int connectionLimit;
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger running = new AtomicInteger();

  /**
   * @param address numeric internal address; never looked up
   * @param connectionLimit most connections open to it at one time, over all event loops
   */
  public Backend(String address, int port, BackendHealth health, int connectionLimit) {
    this.address = address;
    this.socketAddress = new InetSocketAddress(address, port);
    this.health = health;
    this.connectionLimit = connectionLimit;
  }

  /** The numeric internal address, as announced. */
  public String address() {
    return address;
  }

  public int port() {
    return socketAddress.getPort();
  }

  public InetSocketAddress socketAddress() {
    return socketAddress;
  }

  public BackendHealth health() {
    return health;
  }

  /** Requests (or relayed connections) that run there now. */
  public int running() {
    return running.get();
  }

  public void begun() {
    running.incrementAndGet();
  }

  public void ended() {
    running.decrementAndGet();
  }

  /**
   * Takes one of the allowed connections.
   *
   * @return false when all are taken
   */
  public boolean takeConnection() {
    if (connections.incrementAndGet() > connectionLimit) {
      connections.decrementAndGet();
      return false;
    }
    return true;
  }

  /** Gives back what {@link #takeConnection} took. */
  public void giveConnectionBack() {
    connections.decrementAndGet();
  }

  @Override
  public String toString() {
    return address + ":" + port();
  }
}
