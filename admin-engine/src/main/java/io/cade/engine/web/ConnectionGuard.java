package io.cade.engine.web;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the open connections of a server, and closes one whose first request does not come. A
 * connection is a stranger's until its peer is believed; strangers have few places of their own and
 * keep them for a short time only, so that they never use up those of peers who are known.
 *
 * <p>It sees a connection when its TLS handshake is done. One that is still in its handshake is
 * bounded by {@link TlsOptions#HANDSHAKE} alone: Vert.x does not tell of it. Thread-safe.
 */
public final class ConnectionGuard implements Handler<HttpConnection> {
  private static final Logger log = LoggerFactory.getLogger(ConnectionGuard.class);
  private static final Duration SILENCE = Duration.ofSeconds(10);

  /**
   * How many may be open at once.
   *
   * @param known of believed peers; one more is closed
   * @param perPeer of one believed peer; for one more its oldest is closed
   * @param strangers of peers that are not believed yet; one more is closed
   * @param perAddress likewise, from one address
   * @param firstRequest time in which the head of the first request must have come
   * @param strangerLife after this time a stranger's connection is closed, whatever it does
   */
  public record Limits(
      int known,
      int perPeer,
      int strangers,
      int perAddress,
      Duration firstRequest,
      Duration strangerLife) {}

  private final Vertx vertx;
  private final String server;
  private final Limits limits;
  private final Consumer<HttpConnection> closed;
  private final AtomicBoolean saidLately = new AtomicBoolean();

  // Guarded by this.
  private final Map<HttpConnection, Place> places = new HashMap<>();
  private final Map<String, Set<HttpConnection>> strangers = new HashMap<>();
  private final Map<String, Set<HttpConnection>> known = new HashMap<>();
  private int strange;

  /** Of one open connection; guarded by the guard. */
  private static final class Place {
    final String address;
    final long life;
    @Nullable Long silent;
    @Nullable String peer;

    Place(String address, long life, long silent) {
      this.address = address;
      this.life = life;
      this.silent = silent;
    }
  }

  /**
   * @param server its name, for the log
   */
  public ConnectionGuard(Vertx vertx, String server, Limits limits) {
    this(vertx, server, limits, _ -> {});
  }

  /**
   * Likewise.
   *
   * @param closed told of each connection that has ended
   */
  public ConnectionGuard(
      Vertx vertx, String server, Limits limits, Consumer<HttpConnection> closed) {
    this.vertx = vertx;
    this.server = server;
    this.limits = limits;
    this.closed = closed;
  }

  @Override
  public void handle(HttpConnection connection) {
    var _ = admit(connection, null);
  }

  /**
   * Gives a new connection a place: of its peer, or among the strangers'.
   *
   * @param peer who it is, the same for all connections of one peer; null for a stranger
   * @return false when there is none: the connection is closed then
   */
  public boolean admit(HttpConnection connection, @Nullable String peer) {
    String address = address(connection);
    connection.closeHandler(_ -> {
      ended(connection);
      closed.accept(connection);
    });
    synchronized (this) {
      Set<HttpConnection> neighbours = strangers.getOrDefault(address, Set.of());
      boolean room = strange < limits.strangers() && neighbours.size() < limits.perAddress();
      if (room || peer != null) {
        places.put(
            connection,
            new Place(
                address,
                vertx.setTimer(limits.strangerLife().toMillis(), _ -> outlived(connection)),
                vertx.setTimer(limits.firstRequest().toMillis(), _ -> saidNothing(connection))));
        strangers.computeIfAbsent(address, _ -> new LinkedHashSet<>()).add(connection);
        strange++;
        if (peer == null) {
          return true;
        }
      }
    }
    if (peer != null) {
      return believe(connection, peer);
    }
    say(
        "connection from "
            + address
            + " closed: that many are open already of peers that are not known (limit "
            + limits.perAddress()
            + " from one address, "
            + limits.strangers()
            + " in all)");
    var _ = connection.close();
    return false;
  }

  /**
   * The peer of a connection is believed from now on.
   *
   * @param peer who it is, the same for all connections of one peer
   * @return false when there is no place left: the connection is closed then
   */
  public boolean believe(HttpConnection connection, String peer) {
    HttpConnection tooMuch;
    synchronized (this) {
      Place place = places.get(connection);
      if (place == null) {
        return false;
      }
      if (place.peer != null) {
        return true;
      }
      if (places.size() - strange >= limits.known()) {
        tooMuch = connection;
      } else {
        noStranger(connection, place);
        place.peer = peer;
        Set<HttpConnection> own = known.computeIfAbsent(peer, _ -> new LinkedHashSet<>());
        // What a peer left behind when it restarted is older than what it uses.
        tooMuch = own.size() < limits.perPeer() ? null : own.iterator().next();
        own.add(connection);
      }
    }
    if (tooMuch == null) {
      return true;
    }
    say(
        "a connection of "
            + peer
            + " closed: limit "
            + limits.perPeer()
            + " for one peer, "
            + limits.known()
            + " in all");
    var _ = tooMuch.close();
    return !tooMuch.equals(connection);
  }

  /** Whether the peer of the connection is not believed, or no more connected. */
  public synchronized boolean isStranger(HttpConnection connection) {
    Place place = places.get(connection);
    return place == null || place.peer == null;
  }

  /** The head of a request has come on the connection. */
  public synchronized void spoke(HttpConnection connection) {
    Place place = places.get(connection);
    if (place != null && place.silent != null) {
      vertx.cancelTimer(place.silent);
      place.silent = null;
    }
  }

  /** Connections open now. */
  public synchronized int open() {
    return places.size();
  }

  private void saidNothing(HttpConnection connection) {
    synchronized (this) {
      Place place = places.get(connection);
      if (place == null || place.silent == null) {
        return;
      }
    }
    var _ = connection.close();
  }

  private void outlived(HttpConnection connection) {
    if (isStranger(connection)) {
      var _ = connection.close();
    }
  }

  private synchronized void ended(HttpConnection connection) {
    spoke(connection);
    Place place = places.remove(connection);
    if (place == null) {
      return;
    }
    if (place.peer == null) {
      noStranger(connection, place);
    } else {
      remove(known, place.peer, connection);
    }
  }

  /** Gives the stranger's place back; the caller holds the lock. */
  private void noStranger(HttpConnection connection, Place place) {
    vertx.cancelTimer(place.life);
    remove(strangers, place.address, connection);
    strange--;
  }

  private static void remove(
      Map<String, Set<HttpConnection>> from, String key, HttpConnection connection) {
    Set<HttpConnection> set = from.get(key);
    if (set != null) {
      set.remove(connection);
      if (set.isEmpty()) {
        from.remove(key);
      }
    }
  }

  private static String address(HttpConnection connection) {
    SocketAddress remote = connection.remoteAddress();
    String host = remote == null ? null : remote.hostAddress();
    return host == null ? "" : host;
  }

  /** Who opens thousands of connections must not fill the log with them. */
  private void say(String what) {
    if (saidLately.compareAndSet(false, true)) {
      log.warn("{}: {}; not said again for {} s", server, what, SILENCE.toSeconds());
      vertx.setTimer(SILENCE.toMillis(), _ -> saidLately.set(false));
    }
  }
}
