package io.cade.proxy.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardBootConfig;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.Introduction;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.agent.wire.WireJson;
import io.cade.proxy.testing.Card;
import io.cade.proxy.testing.Engine;
import io.cade.proxy.testing.ProxyRig;
import io.cade.proxy.testing.ScriptedServer;
import io.cade.proxy.testing.Visitor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ProxyMainTest {
  @TempDir Path folder;
  private final Engine engine = new Engine();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  /** A daemon that runs until its standard input is closed. */
  private final class Running implements AutoCloseable {
    final CompletableFuture<Integer> code = new CompletableFuture<>();
    final PipedOutputStream stdin = new PipedOutputStream();
    final String ready;

    Running(Path config, EngineConnector connector) throws Exception {
      PipedInputStream in = new PipedInputStream(stdin);
      CompletableFuture<String> line = new CompletableFuture<>();
      PrintStream out = new PrintStream(new LineStream(line), true, StandardCharsets.UTF_8);
      Thread.ofPlatform()
          .start(() -> {
            int result = run(config, in, out, connector);
            code.complete(result);
            line.complete("ended with " + result + ": " + err);
          });
      ready = line.get(20, TimeUnit.SECONDS);
    }

    InetSocketAddress http() {
      String[] words = ready.split(" ", -1);
      String address = words[4];
      int colon = address.lastIndexOf(':');
      return new InetSocketAddress(
          InetAddress.ofLiteral(address.substring(0, colon)),
          Integer.parseInt(address.substring(colon + 1)));
    }

    @Override
    public void close() throws Exception {
      stdin.close();
      assertThat(code.get(20, TimeUnit.SECONDS)).isZero();
    }
  }

  private static final class LineStream extends java.io.OutputStream {
    private final CompletableFuture<String> first;
    private final StringBuilder line = new StringBuilder();

    LineStream(CompletableFuture<String> first) {
      this.first = first;
    }

    @Override
    public void write(int b) {
      if (b == '\n') {
        first.complete(line.toString());
      } else {
        line.append((char) b);
      }
    }
  }

  private int run(Path config, InputStream in, PrintStream out, EngineConnector connector) {
    return ProxyMain.run(
        new String[] {"--config", config.toString(), "--exit-on-stdin-eof"},
        in,
        out,
        new PrintStream(err, true, StandardCharsets.UTF_8),
        connector);
  }

  private Path config(String yaml) throws IOException {
    Path file = folder.resolve("c" + yaml.hashCode() + ".yaml");
    Files.writeString(file, yaml);
    return file;
  }

  private Path proxyConfig(String http) throws IOException {
    CardBootConfig boot =
        new CardBootConfig(
            new CardPosition(0, 4),
            "127.0.0.1",
            1,
            "",
            "secret",
            "127.0.0.1",
            1,
            1,
            Duration.ofMillis(200));
    Files.write(folder.resolve("agent.json"), new WireJson().encode(boot));
    return config(
        """
        role: proxy
        position: 0.4
        bootConfig: agent.json
        stateDirectory: state
        http: %s
        """
            .formatted(http));
  }

  private static RouteSnapshot routes(Card card) {
    return new RouteSnapshot(1, List.of(ProxyRig.site("shop", "www.shop.example", card)));
  }

  private static void awaitStatus(InetSocketAddress http, int status) throws Exception {
    try (Visitor visitor = new Visitor(http)) {
      while (visitor.get("www.shop.example", "/").status() != status) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void proxyIsReadyWithoutTheEngineThenServesAndAfterARestartServesWithoutItAgain()
      throws Exception {
    try (Card card = Card.named("hello")) {
      engine.setAway(true);
      try (Running proxy = new Running(proxyConfig("127.0.0.1:0"), (boot, mac, state) -> engine)) {
        assertThat(proxy.ready).startsWith("READY proxy 0.4 http 127.0.0.1:");
        awaitStatus(proxy.http(), 404);
        engine.setAway(false);
        engine.announce(routes(card));
        awaitStatus(proxy.http(), 200);
        Introduction said = engine.introductions.poll(5, TimeUnit.SECONDS);
        assertThat(said).isNotNull();
        assertThat(said.role()).isEqualTo(CardRole.PROXY);
        assertThat(engine.proxyReports.poll(5, TimeUnit.SECONDS)).isNotNull();
        while (!Files.exists(folder.resolve("state/routes.json"))) {
          Thread.onSpinWait();
        }
      }
      engine.setAway(true);
      try (Running proxy = new Running(proxyConfig("127.0.0.1:0"), (boot, mac, state) -> engine);
          Visitor visitor = new Visitor(proxy.http())) {
        assertThat(visitor.get("www.shop.example", "/").body()).isEqualTo("hello");
      }
    }
  }

  @Test
  void balancerRelaysToAProxy() throws Exception {
    try (Card card = Card.named("hello");
        ProxyRig rig =
            new ProxyRig(io.cade.proxy.http.VisitorLimits.standard(), java.util.Set.of("127.0.0.9"))
                .shop(card)) {
      Path config =
          config(
              """
              role: balancer
              position: 0.3
              stateDirectory: state
              http: 127.0.0.1:0
              proxiesHttp: 127.0.0.1:%d
              sourceAddress: 127.0.0.9
              """
                  .formatted(rig.http.getPort()));
      try (Running balancer = new Running(config, (boot, mac, state) -> engine);
          Visitor visitor = new Visitor(balancer.http())) {
        assertThat(balancer.ready).startsWith("READY balancer 0.3 http ");
        assertThat(visitor.get("www.shop.example", "/").body()).isEqualTo("hello");
        visitor.close();
      }
    }
  }

  /** The kernel accepts connections for it, as it does for a process that was stopped. */
  private static ServerSocket hanging() throws IOException {
    return new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.7"));
  }

  @Test
  void proxyThatHangsIsFoundOutAtItsHttpPortAndNotUsedForTlsEither() throws Exception {
    try (Card card = Card.named("hello");
        ProxyRig rig =
            new ProxyRig(io.cade.proxy.http.VisitorLimits.standard(), java.util.Set.of("127.0.0.9"))
                .shop(card);
        ServerSocket hangsHttp = hanging();
        ServerSocket hangsTls = hanging();
        ScriptedServer works = new ScriptedServer("127.0.0.1", "alive\r\n", line -> "")) {
      Path config =
          config(
              """
              role: balancer
              position: 0.3
              stateDirectory: state
              http: 127.0.0.1:0
              https: 127.0.0.1:0
              proxiesHttp: [127.0.0.7:%d, 127.0.0.1:%d]
              proxiesHttps: [127.0.0.7:%d, 127.0.0.1:%d]
              sourceAddress: 127.0.0.9
              health: {interval: 100ms, timeout: 200ms}
              """
                  .formatted(
                      hangsHttp.getLocalPort(),
                      rig.http.getPort(),
                      hangsTls.getLocalPort(),
                      works.address().getPort()));
      try (Running balancer = new Running(config, (boot, mac, state) -> engine)) {
        String ready = balancer.ready;
        int port = Integer.parseInt(ready.substring(ready.lastIndexOf(':') + 1));
        for (int inARow = 0; inARow < 4; ) {
          inARow = answers(port) ? inARow + 1 : 0;
        }
      }
    }
  }

  private static boolean answers(int port) throws IOException {
    try (Socket visitor = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
      visitor.setSoTimeout(2000);
      return visitor.getInputStream().read() == 'a';
    } catch (SocketTimeoutException e) {
      return false;
    }
  }

  @Test
  void portInUseIsOneClearLineAndExitCodeOne() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      int code =
          run(
              proxyConfig(address),
              InputStream.nullInputStream(),
              System.out,
              (boot, mac, state) -> engine);
      assertThat(code).isEqualTo(1);
      assertThat(err.toString(StandardCharsets.UTF_8))
          .startsWith(address + ": cannot listen here")
          .hasLineCount(1);
    }
  }

  @Test
  void wrongUseIsExitCodeTwo() throws Exception {
    PrintStream to = new PrintStream(err, true, StandardCharsets.UTF_8);
    InputStream in = new ByteArrayInputStream(new byte[0]);
    EngineConnector none = (boot, mac, state) -> engine;
    assertThat(ProxyMain.run(new String[] {}, in, to, to, none)).isEqualTo(2);
    assertThat(ProxyMain.run(new String[] {"--colour"}, in, to, to, none)).isEqualTo(2);
    assertThat(ProxyMain.run(new String[] {"--config", "/no/such"}, in, to, to, none)).isEqualTo(2);
    Path bad = config("role: proxy\n");
    assertThat(ProxyMain.run(new String[] {"--config", bad.toString()}, in, to, to, none))
        .isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("usage: ./cade proxy", "/no/such: no such file", "'position' is missing");
  }

  @Test
  void missingBootConfigurationIsToldWithWhatToDo() throws Exception {
    Path config = proxyConfig("127.0.0.1:0");
    Files.delete(folder.resolve("agent.json"));
    int code = run(config, InputStream.nullInputStream(), System.out, (boot, mac, state) -> engine);
    assertThat(code).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("agent.json", "start the engine");
  }
}
