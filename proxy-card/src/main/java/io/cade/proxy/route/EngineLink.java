package io.cade.proxy.route;

import io.cade.agent.core.AgentEvent.Failure;
import io.cade.agent.gateway.EngineChannel;
import io.cade.agent.gateway.EngineFailures;
import io.cade.agent.wire.Introduction;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.ReportReply;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This card's standing with the engine: opens the channel, introduces the card, then reports at its
 * interval and introduces it again whenever the engine asks, or believes the card no more (SPEC B1,
 * A3). {@link #run} is the body of one thread; others wait in {@link #channel}. The engine may be
 * away for any time: nothing that visitors need depends on it.
 */
public final class EngineLink implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(EngineLink.class);

  private final EngineAccess access;
  private final Introduction introduction;
  private final Duration reportInterval;
  private final Pause pause;
  private final RandomGenerator random;
  private final CountDownLatch introduced = new CountDownLatch(1);

  /**
   * @param random spreads the attempts of many cards
   */
  public EngineLink(
      EngineAccess access,
      Introduction introduction,
      Duration reportInterval,
      Pause pause,
      RandomGenerator random) {
    this.access = access;
    this.introduction = introduction;
    this.reportInterval = reportInterval;
    this.pause = pause;
    this.random = random;
  }

  /** Waits until the engine knows the card. */
  void awaitIntroduced() throws InterruptedException {
    introduced.await();
  }

  /**
   * The channel, once the engine knows the card; to be asked for before each call.
   *
   * @throws IOException when it was closed
   */
  EngineChannel channel() throws IOException, InterruptedException {
    introduced.await();
    return access.channel();
  }

  /** The channel, if the engine knows the card already; does not wait. */
  @Nullable EngineChannel channelIfKnown() throws IOException {
    return introduced.getCount() == 0 ? access.channel() : null;
  }

  /**
   * Whether another channel has taken the place of this one, so that what failed on it says nothing
   * of the engine.
   */
  boolean isReplaced(@Nullable EngineChannel used) {
    try {
      return used != null && !access.channel().equals(used);
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void run() {
    Backoff backoff = new Backoff(random);
    try {
      begin(backoff);
      introduce(backoff);
      introduced.countDown();
      while (true) {
        pause.pause(reportInterval);
        report(backoff);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the daemon stops
    }
  }

  private void report(Backoff backoff) throws InterruptedException {
    EngineChannel channel = null;
    try {
      channel = access.channel();
      ReportReply reply =
          channel.report(
              new Report(
                  introduction.position(), introduction.bootId(), List.of(), List.of(), null));
      backoff.succeeded();
      if (reply.introduceAgain()) {
        channel.introduce(introduction);
      }
    } catch (IOException e) {
      if (isReplaced(channel)) {
        return;
      }
      log.debug("report not taken: {}", e.toString());
      pause.pause(backoff.failed());
      if (EngineFailures.of(e) != Failure.UNREACHABLE) {
        // The introduction finds out what the certificate is worth.
        introduce(backoff);
      }
    }
  }

  private void begin(Backoff backoff) throws InterruptedException {
    while (true) {
      try {
        access.begin();
        backoff.succeeded();
        return;
      } catch (IOException e) {
        log.warn("no channel to the engine yet, will try again: {}", e.toString());
        pause.pause(backoff.failed());
      }
    }
  }

  private void introduce(Backoff backoff) throws InterruptedException {
    while (true) {
      EngineChannel channel = null;
      try {
        channel = access.channel();
        channel.introduce(introduction);
        backoff.succeeded();
        log.info("introduced to the engine as {} {}", introduction.role(), introduction.position());
        return;
      } catch (IOException e) {
        if (isReplaced(channel)) {
          continue;
        }
        log.warn("not introduced to the engine yet, will try again: {}", e.toString());
        pause.pause(backoff.failed());
        if (EngineFailures.of(e) != Failure.UNREACHABLE) {
          enrolAnew();
        }
      }
    }
  }

  private void enrolAnew() throws InterruptedException {
    try {
      access.distrusted();
    } catch (IOException e) {
      log.warn(
          "the engine does not believe this card, and it could not enrol anew: {}", e.toString());
    }
  }

  /** Closes the channel; {@link #run} ends when its thread is interrupted. */
  public void close() {
    access.close();
  }
}
