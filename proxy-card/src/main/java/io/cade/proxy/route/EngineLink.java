package io.cade.proxy.route;

import io.cade.agent.gateway.EngineChannel;
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
 * interval and introduces it again whenever the engine asks (SPEC B1, A3). {@link #run} is the body
 * of one thread; others wait in {@link #channel}. The engine may be away for any time: nothing that
 * visitors need depends on it.
 */
public final class EngineLink implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(EngineLink.class);

  private final EngineChannelFactory factory;
  private final Introduction introduction;
  private final Duration reportInterval;
  private final Pause pause;
  private final RandomGenerator random;
  private final CountDownLatch introduced = new CountDownLatch(1);
  private volatile @Nullable EngineChannel channel;

  /**
   * @param random spreads the attempts of many cards
   */
  public EngineLink(
      EngineChannelFactory factory,
      Introduction introduction,
      Duration reportInterval,
      Pause pause,
      RandomGenerator random) {
    this.factory = factory;
    this.introduction = introduction;
    this.reportInterval = reportInterval;
    this.pause = pause;
    this.random = random;
  }

  /** The channel, once the engine knows the card. */
  EngineChannel channel() throws InterruptedException {
    introduced.await();
    EngineChannel opened = channel;
    if (opened == null) {
      throw new IllegalStateException("introduced without a channel");
    }
    return opened;
  }

  /** The channel, if the engine knows the card already; does not wait. */
  @Nullable EngineChannel channelIfKnown() {
    return introduced.getCount() == 0 ? channel : null;
  }

  @Override
  public void run() {
    Backoff backoff = new Backoff(random);
    try {
      EngineChannel opened = open(backoff);
      introduce(opened, backoff);
      introduced.countDown();
      while (true) {
        pause.pause(reportInterval);
        try {
          ReportReply reply =
              opened.report(
                  new Report(
                      introduction.position(), introduction.bootId(), List.of(), List.of(), null));
          backoff.succeeded();
          if (reply.introduceAgain()) {
            opened.introduce(introduction);
          }
        } catch (IOException e) {
          log.debug("report not taken: {}", e.toString());
          pause.pause(backoff.failed());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the daemon stops
    }
  }

  private EngineChannel open(Backoff backoff) throws InterruptedException {
    while (true) {
      try {
        EngineChannel opened = factory.open();
        channel = opened;
        backoff.succeeded();
        return opened;
      } catch (IOException e) {
        log.warn("no channel to the engine yet, will try again: {}", e.toString());
        pause.pause(backoff.failed());
      }
    }
  }

  private void introduce(EngineChannel opened, Backoff backoff) throws InterruptedException {
    while (true) {
      try {
        opened.introduce(introduction);
        backoff.succeeded();
        log.info("introduced to the engine as {} {}", introduction.role(), introduction.position());
        return;
      } catch (IOException e) {
        log.warn("not introduced to the engine yet, will try again: {}", e.toString());
        pause.pause(backoff.failed());
      }
    }
  }

  /** Closes the channel; {@link #run} ends when its thread is interrupted. */
  public void close() {
    EngineChannel opened = channel;
    if (opened != null) {
      opened.close();
    }
  }
}
