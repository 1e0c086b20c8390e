package io.cade.agent.gateway;

import io.cade.agent.wire.WireJson;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Opens {@link HttpEngineChannel}s: JSON over HTTP/1.1 over TLS 1.3. One instance serves all agents
 * of a process; they share the executor and the codec. Thread-safe.
 */
public final class HttpEngineChannels implements EngineChannels {
  /**
   * Channels of this process that make their first connection at once; others wait their turn. When
   * hundreds of agents live in one process and boot together, handshakes that all run side by side
   * all end late, time out together and begin again together.
   */
  private static final int MAX_HANDSHAKES = 16;

  /** Contexts kept, so that a card's sessions need not parse its keys anew. */
  private static final int MAX_CONTEXTS = 512;

  private final Executor executor;
  private final Timeouts timeouts;
  private final WireJson json = new WireJson();
  private final Semaphore handshakes = new Semaphore(MAX_HANDSHAKES, true);
  private final Map<Parties, SSLContext> contexts =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Parties, SSLContext> eldest) {
          return size() > MAX_CONTEXTS;
        }
      };

  private record Parties(X509Certificate authority, X509Certificate card) {}

  /**
   * @param connect until the TLS connection stands, handshake included
   * @param request from there to the end of the answer; a package has more, by its size
   */
  public record Timeouts(Duration connect, Duration request) {
    /** 10 s and 15 s: enough for an engine on two cores that 280 cards greet at once. */
    public static Timeouts standard() {
      return new Timeouts(Duration.ofSeconds(10), Duration.ofSeconds(15));
    }
  }

  public HttpEngineChannels(Executor executor, Timeouts timeouts) {
    this.executor = executor;
    this.timeouts = timeouts;
  }

  @Override
  public EngineChannel open(GatewayAddress gateway, CardIdentity identity) throws IOException {
    return new HttpEngineChannel(gateway, context(identity), executor, timeouts, json, handshakes);
  }

  private SSLContext context(CardIdentity identity) throws IOException {
    X509Certificate certificate = identity.certificate();
    if (certificate == null) {
      return CardTls.context(identity);
    }
    Parties parties = new Parties(identity.authority(), certificate);
    synchronized (contexts) {
      @Nullable SSLContext known = contexts.get(parties);
      if (known == null) {
        known = CardTls.context(identity);
        contexts.put(parties, known);
      }
      return known;
    }
  }
}
