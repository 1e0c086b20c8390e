package io.cade.proxy.accesslog;

import io.cade.proxy.stats.RequestAccount;
import io.cade.proxy.stats.RequestSink;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a line for each request, on a thread of its own: an event loop only puts the account into
 * its ring. When the disk does not keep up, or fails, requests are not logged but counted, and
 * nobody waits. {@link #run} is the body of the one writer thread; {@link #ended} may be called by
 * any event loop.
 */
public final class AccessLog implements RequestSink, Runnable {
  private static final Logger log = LoggerFactory.getLogger(AccessLog.class);
  private static final Duration LULL = Duration.ofMillis(20);
  private static final Duration LOOK_AT_NAME = Duration.ofSeconds(1);
  private static final int BATCH_CHARACTERS = 1 << 16;

  private final AccessLogConfig config;
  private final InstantSource clock;
  private final List<Ring> rings = new CopyOnWriteArrayList<>();
  private final FastThreadLocal<Ring> ring =
      new FastThreadLocal<>() {
        @Override
        protected Ring initialValue() {
          Ring made = new Ring(config.ring());
          rings.add(made);
          return made;
        }
      };
  private final AtomicLong written = new AtomicLong();
  private final AtomicLong lost = new AtomicLong();
  private volatile boolean closing;

  public AccessLog(AccessLogConfig config, InstantSource clock) {
    this.config = config;
    this.clock = clock;
  }

  @Override
  public void ended(RequestAccount account) {
    ring.get().offer(account);
  }

  @Override
  public boolean wantsDetails() {
    return true;
  }

  /** Lines that are in the file. */
  public long written() {
    return written.get();
  }

  /** Requests that were not logged: the ring was full, or the disk failed. */
  public long dropped() {
    return lost.get() + rings.stream().mapToLong(Ring::dropped).sum();
  }

  /** Writes what is there and ends {@link #run}. */
  public void close() {
    closing = true;
  }

  @Override
  public void run() {
    LineFormat format = new LineFormat(config.form());
    StringBuilder text = new StringBuilder(BATCH_CHARACTERS + 16384);
    boolean failing = false;
    Instant looked = clock.instant();
    try (LogFile file = new LogFile(config)) {
      while (true) {
        boolean last = closing;
        int lines = gather(format, text);
        if (lines == 0) {
          if (last) {
            return;
          }
          LockSupport.parkNanos(LULL.toNanos());
        }
        try {
          if (Duration.between(looked, clock.instant()).compareTo(LOOK_AT_NAME) > 0) {
            looked = clock.instant();
            file.followName();
          }
          if (lines > 0) {
            file.write(ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.US_ASCII)));
            written.addAndGet(lines);
            failing = false;
          }
        } catch (IOException e) {
          lost.addAndGet(lines);
          if (!failing) {
            failing = true;
            log.error(
                "{}: requests cannot be logged until this is put right: {}",
                config.file(),
                e.toString());
          }
          LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
        }
        text.setLength(0);
      }
    } catch (IOException e) {
      log.error("{}: not closed properly: {}", config.file(), e.toString());
    }
  }

  private int gather(LineFormat format, StringBuilder text) {
    int lines = 0;
    Instant now = clock.instant();
    for (Ring each : rings) {
      RequestAccount account;
      while (text.length() < BATCH_CHARACTERS && (account = each.poll()) != null) {
        format.append(text, account, now);
        lines++;
      }
    }
    return lines;
  }
}
