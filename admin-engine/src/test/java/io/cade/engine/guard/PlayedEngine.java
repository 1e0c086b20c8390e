package io.cade.engine.guard;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.KeyStore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A process that the guard takes for an engine: {@code NATURE VERSION STATE ADMIN GATEWAY}. It
 * locks the state directory as engines do, and answers the guard over TLS.
 */
public final class PlayedEngine {
  private PlayedEngine() {}

  public static void main(String[] args) throws Exception {
    String nature = args[0];
    String version = args[1];
    Path state = Path.of(args[2]);
    FileChannel lock =
        FileChannel.open(
            state.resolve("lock"), StandardOpenOption.WRITE, StandardOpenOption.CREATE);
    if (lock.tryLock() == null) {
      Files.writeString(state.resolve("two-engines"), version);
      System.exit(5);
    }
    Files.writeString(
        state.resolve("starts"),
        version + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    Thread.ofPlatform().daemon().start(PlayedEngine::endWithInput);
    switch (nature) {
      case "crashes" -> System.exit(1);
      case "hangs" -> TimeUnit.HOURS.sleep(1);
      default -> serve(nature, version, state, args);
    }
    while (!Files.exists(state.resolve("guard/order"))) {
      TimeUnit.MILLISECONDS.sleep(50);
      if (nature.equals("dies") && ServedFor.millis() > 2_000) {
        Runtime.getRuntime().halt(1);
      }
    }
    System.exit(10);
  }

  /** Since when it serves. */
  private static final class ServedFor {
    private static final long BEGAN = System.nanoTime();

    static long millis() {
      return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - BEGAN);
    }
  }

  private static void serve(String nature, String version, Path state, String[] args)
      throws Exception {
    char[] password = "password".toCharArray();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(state.resolve("keys.p12"))) {
      keys.load(in, password);
    }
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, password);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    InetAddress loopback = InetAddress.getLoopbackAddress();
    String token = Files.readString(state.resolve("guard/token")).strip();
    String said = nature.equals("lies") ? "1.5" : version;
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(loopback, Integer.parseInt(args[3])), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.createContext(
        "/api/v1/health",
        exchange -> {
          boolean guard = token.equals(exchange.getRequestHeaders().getFirst("Cade-Guard"));
          byte[] body =
              (guard
                      ? "{\"status\":\"ready\",\"version\":\"%s\",\"cards\":5,\"proxies\":2}"
                          .formatted(said)
                      : "{\"status\":\"ready\"}")
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    if (!nature.equals("has no gateway")) {
      ServerSocket gateway = new ServerSocket(Integer.parseInt(args[4]), 50, loopback);
      Thread.ofPlatform().daemon().start(() -> accept(gateway));
    }
  }

  private static void accept(ServerSocket gateway) {
    while (true) {
      try {
        gateway.accept().close();
      } catch (IOException e) {
        return;
      }
    }
  }

  private static void endWithInput() {
    try {
      while (System.in.read() >= 0) {
        // Whatever is typed means nothing.
      }
    } catch (IOException e) {
      // No input any more is what we wait for.
    }
    Runtime.getRuntime().halt(0);
  }
}
