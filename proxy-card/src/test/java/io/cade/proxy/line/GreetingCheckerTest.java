package io.cade.proxy.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.proxy.balance.Backend;
import io.cade.proxy.balance.Backends;
import io.cade.proxy.balance.HealthPolicy;
import io.cade.proxy.testing.ScriptedServer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class GreetingCheckerTest {
  private static final HealthPolicy POLICY =
      new HealthPolicy(
          HealthPolicy.Kind.TCP, "/", "x", Duration.ofMillis(30), Duration.ofMillis(200), 1, 2);

  @Test
  void portThatOnlyTakesConnectionsOrRefusesIsNotAlive() throws Exception {
    MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    Semaphore changes = new Semaphore(0);
    Backends backends = new Backends(POLICY, 10, changes::release);
    try (ScriptedServer good = ScriptedServer.pop3("127.0.0.7");
        ScriptedServer busy = new ScriptedServer("127.0.0.7", "421 busy\r\n", line -> "");
        ServerSocket mute = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.7"));
        GreetingChecker checker = new GreetingChecker(group.next(), POLICY, backends::all)) {
      Backend alive = backends.at("127.0.0.7", good.address().getPort());
      Backend refusing = backends.at("127.0.0.7", busy.address().getPort());
      Backend silent = backends.at("127.0.0.7", mute.getLocalPort());
      alive.health().connectionFailed("a visitor could not connect");
      checker.start();
      // One change is the call above; three follow.
      assertThat(changes.tryAcquire(4, 20, TimeUnit.SECONDS)).isTrue();
      assertThat(alive.health().permits()).isTrue();
      assertThat(refusing.health().cause()).isEqualTo("check: greeted with a refusal");
      assertThat(silent.health().cause()).isEqualTo("check: no greeting in time");
    } finally {
      group.shutdownGracefully(0, 2, TimeUnit.SECONDS).await(5, TimeUnit.SECONDS);
    }
  }
}
