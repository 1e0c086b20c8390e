package io.cade.proxy.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.core.Standing;
import io.cade.agent.gateway.EngineChannel;
import io.cade.agent.gateway.GatewayRefusal;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.ErrorReply;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.Introduction;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.SoftwareDescriptor;
import io.cade.proxy.testing.Engine;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a proxy or balancer renews its certificate, in virtual time: months in a moment. */
@Timeout(30)
class CertificateKeeperTest {
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration LIFE = Duration.ofDays(360);

  private static final Introduction SELF =
      new Introduction(
          new CardPosition(0, 4),
          CardRole.PROXY,
          "boot",
          new HardwareDescriptor(
              "m", "m", "s", new MacAddress("02:00:00:00:04:00"), 1, 1, List.of()),
          new SoftwareDescriptor("1", "i", "1", "os"));

  private static Standing.Renewal renewal(Instant issued) {
    return new Standing.Renewal(
        issued.plus(LIFE.dividedBy(3).multipliedBy(2)),
        issued.plus(LIFE.dividedBy(4).multipliedBy(3)));
  }

  /** The test ends when so much time has passed. */
  private static final class Over extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** A card whose certificate is issued by an engine that may be away. */
  private static class World implements EngineAccess {
    final Engine engine = new Engine();
    final List<Instant> attempts = new ArrayList<>();
    Instant now = BEGIN;
    Instant end = BEGIN.plus(Duration.ofDays(3650));
    @Nullable Instant awayUntil;
    Standing.@Nullable Renewal renewal = CertificateKeeperTest.renewal(BEGIN);

    /** Set by whatever jumps the clock or enrols the card meanwhile. */
    Runnable each = () -> {};

    void run(long seed) throws Exception {
      EngineLink link =
          new EngineLink(
              this, SELF, Duration.ofSeconds(1), _ -> TimeUnit.SECONDS.sleep(60), new Random(1));
      Thread introduces = Thread.ofPlatform().daemon().start(link);
      link.awaitIntroduced();
      CertificateKeeper keeper =
          new CertificateKeeper(link, this, SELF, () -> now, this::pause, new Random(seed));
      try {
        keeper.run();
      } catch (Over e) {
        // as wanted
      } finally {
        introduces.interrupt();
        introduces.join();
      }
    }

    private void pause(Duration time) {
      if (time.compareTo(Duration.ofMillis(1)) < 0 || time.compareTo(Duration.ofMinutes(1)) > 0) {
        throw new AssertionError("pauses for " + time);
      }
      now = now.plus(time);
      each.run();
      if (now.isAfter(end)) {
        throw new Over();
      }
    }

    @Override
    public void renew(Introduction proof) throws IOException {
      assertThat(proof).isEqualTo(SELF);
      attempts.add(now);
      if (awayUntil != null && now.isBefore(awayUntil)) {
        throw new IOException("the engine is away");
      }
      renewal = CertificateKeeperTest.renewal(now);
    }

    /** The engine believes the card no more. */
    void withdraw() {}

    @Override
    public void begin() {}

    @Override
    public void distrusted() {}

    @Override
    public EngineChannel channel() {
      return engine;
    }

    @Override
    public Standing.@Nullable Renewal renewal() {
      return renewal;
    }

    @Override
    public void close() {}
  }

  @Test
  void eachCertificateIsRenewedOnceWhenAThirdIsLeftForTenYears() throws Exception {
    World world = new World();
    world.run(1);
    assertThat(world.attempts).hasSizeBetween(13, 15);
    Instant issued = BEGIN;
    for (Instant renewed : world.attempts) {
      assertThat(renewed)
          .isBetween(renewal(issued).from(), renewal(issued).until().plus(Duration.ofMinutes(1)));
      issued = renewed;
    }
  }

  @Test
  void proxiesThatStartedTogetherDoNotRenewTogether() throws Exception {
    List<Instant> first = new ArrayList<>();
    for (int seed = 0; seed < 20; seed++) {
      World world = new World();
      world.end = renewal(BEGIN).until().plus(Duration.ofDays(1));
      world.run(seed);
      first.add(world.attempts.getFirst());
    }
    first.sort(null);
    assertThat(Duration.between(first.getFirst(), first.getLast()))
        .isGreaterThan(Duration.ofDays(10));
  }

  @Test
  void engineThatIsAwayIsAskedAgainAfterHoursUntilItIsBack() throws Exception {
    World world = new World();
    world.awayUntil = renewal(BEGIN).until().plus(Duration.ofDays(30));
    world.end = world.awayUntil.plus(Duration.ofDays(2));
    world.run(1);
    assertThat(world.attempts.getFirst()).isBefore(renewal(BEGIN).until());
    for (int i = 1; i < world.attempts.size(); i++) {
      assertThat(Duration.between(world.attempts.get(i - 1), world.attempts.get(i)))
          .isBetween(Duration.ofHours(6), Duration.ofHours(12).plusMinutes(1));
    }
    assertThat(Duration.between(world.awayUntil, world.attempts.getLast()))
        .isBetween(Duration.ZERO, Duration.ofHours(12).plusMinutes(1));
    assertThat(world.renewal).isEqualTo(renewal(world.attempts.getLast()));
  }

  @Test
  void clockThatJumpsADayRenewsNothingBeforeItsTimeAndMissesNothing() throws Exception {
    World world = new World();
    world.end = renewal(BEGIN).until().plus(Duration.ofDays(3));
    int[] looks = new int[1];
    world.each =
        () -> {
          // Back and forth, thousands of times.
          int look = looks[0]++;
          world.now =
              world.now.plus(Duration.ofDays(look % 100 == 0 ? 1 : look % 100 == 50 ? -1 : 0));
        };
    world.run(1);
    assertThat(world.attempts).hasSize(1);
    assertThat(world.attempts.getFirst())
        .isBetween(renewal(BEGIN).from(), renewal(BEGIN).until().plus(Duration.ofDays(1)));
  }

  @Test
  void certificateThatCameByEnrollingAnewIsTheOneThatIsCaredFor() throws Exception {
    World world = new World();
    Instant enrolled = BEGIN.plus(Duration.ofDays(100));
    world.end = renewal(enrolled).until().plus(Duration.ofDays(1));
    world.each =
        () -> {
          if (world.now.isAfter(enrolled)) {
            world.renewal = world.attempts.isEmpty() ? renewal(enrolled) : world.renewal;
          }
        };
    world.run(1);
    assertThat(world.attempts).hasSize(1);
    assertThat(world.attempts.getFirst()).isAfter(renewal(enrolled).from());
  }

  @Test
  void proxyThatWasOffForMonthsRenewsWithinAMinute() throws Exception {
    World world = new World();
    world.now = BEGIN.plus(LIFE).minus(Duration.ofDays(1));
    world.end = world.now.plus(Duration.ofMinutes(1));
    world.run(1);
    assertThat(world.attempts).hasSize(1);
  }

  @Test
  void cardThatTheEngineDoesNotBelieveEnrolsAnewAndIsHeardAgain() throws Exception {
    List<String> said = new ArrayList<>();
    World world =
        new World() {
          private volatile boolean believed = true;

          @Override
          public EngineChannel channel() {
            return believed ? engine : refusing();
          }

          private EngineChannel refusing() {
            return (EngineChannel)
                java.lang.reflect.Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {EngineChannel.class},
                    (_, method, _) -> {
                      if (method.getName().equals("equals")) {
                        return true;
                      }
                      throw new GatewayRefusal(403, new ErrorReply("not-allowed", "enrol again"));
                    });
          }

          @Override
          public void distrusted() {
            said.add("enrols");
            believed = true;
          }

          @Override
          void withdraw() {
            believed = false;
          }
        };
    Thread link =
        Thread.ofPlatform()
            .daemon()
            .start(
                new EngineLink(
                    world,
                    SELF,
                    Duration.ofMillis(1),
                    time -> TimeUnit.MILLISECONDS.sleep(1),
                    new Random(1)));
    assertThat(world.engine.introductions.poll(5, TimeUnit.SECONDS)).isNotNull();
    assertThat(world.engine.reports.poll(5, TimeUnit.SECONDS)).isNotNull();
    world.withdraw();
    assertThat(world.engine.introductions.poll(5, TimeUnit.SECONDS)).isEqualTo(SELF);
    assertThat(said).containsExactly("enrols");
    link.interrupt();
    link.join();
  }
}
