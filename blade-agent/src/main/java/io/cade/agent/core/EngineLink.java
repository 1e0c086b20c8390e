package io.cade.agent.core;

import io.cade.agent.core.AgentEvent.Failure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The way from power-on to regular reports: certificate, introduction, reports, and back again when
 * the engine no longer knows the card. Owned by the core.
 */
final class EngineLink {
  /** Where the agent is; {@code *_DUE} waits for its time, {@code *ING} for an answer. */
  private enum State {
    OFF,
    BOOT_CONFIG_DUE,
    FETCHING_BOOT_CONFIG,
    ENROL_DUE,
    ENROLLING,
    INTRODUCE_DUE,
    INTRODUCING,
    ONLINE
  }

  private final RandomGenerator random;
  private final BackOff backOff;
  private State state = State.OFF;
  private Standing standing = new Standing(false, false, Duration.ofSeconds(10));
  private Instant due = Instant.MAX;
  private String refetchCause = "";
  private boolean reporting;
  private boolean chassisReader;
  private boolean news;

  EngineLink(AgentTimings timings, RandomGenerator random) {
    this.random = random;
    this.backOff = new BackOff(timings.backOffMin(), timings.backOffMax(), random);
  }

  boolean online() {
    return state == State.ONLINE;
  }

  Instant nextWake() {
    return switch (state) {
      case OFF, FETCHING_BOOT_CONFIG, ENROLLING, INTRODUCING -> Instant.MAX;
      case BOOT_CONFIG_DUE, ENROL_DUE, INTRODUCE_DUE -> due;
      case ONLINE -> reporting ? Instant.MAX : due;
    };
  }

  void stand(Standing given, Instant now) {
    standing = given;
    // A secret comes only while the engine has no certificate on record for the slot; an own one
    // is tried first all the same, because the configuration may be older than the enrolment.
    if (given.certificate() && state != State.FETCHING_BOOT_CONFIG) {
      become(State.INTRODUCE_DUE, now);
    } else if (given.secret()) {
      become(State.ENROL_DUE, now);
    } else if (given.certificate()) {
      become(State.INTRODUCE_DUE, now);
    } else {
      refetch("neither a certificate nor an enrolment secret", now.plus(backOff.next()));
    }
  }

  void enrolled(Instant now) {
    if (state == State.ENROLLING) {
      backOff.reset();
      standing = new Standing(true, false, standing.reportInterval());
      become(State.INTRODUCE_DUE, now);
    }
  }

  void introduced(Instant now) {
    if (state == State.INTRODUCING) {
      backOff.reset();
      reporting = false;
      become(State.ONLINE, now);
    }
  }

  /** The engine does not know this boot: say everything again. */
  void introduceAgain(Instant now) {
    chassisReader = false;
    become(State.INTRODUCE_DUE, now);
  }

  void reported(boolean reader, Instant now) {
    reporting = false;
    if (state != State.ONLINE) {
      return;
    }
    backOff.reset();
    chassisReader = reader;
    due = news ? now : now.plus(jittered(standing.reportInterval()));
  }

  /** Something changed that the engine should hear before the interval is over. */
  void news(Instant now) {
    news = true;
    if (state == State.ONLINE && !reporting) {
      due = now;
    }
  }

  void failed(AgentEvent.Exchange exchange, Failure failure, String cause, Instant now) {
    Instant later = now.plus(backOff.next());
    switch (exchange) {
      case BOOT_CONFIG -> {
        if (state == State.FETCHING_BOOT_CONFIG) {
          // What is known already may be good enough by now.
          if (standing.certificate()) {
            become(State.INTRODUCE_DUE, later);
          } else {
            become(State.BOOT_CONFIG_DUE, later);
          }
        }
      }
      case ENROL -> {
        if (state == State.ENROLLING) {
          retryOrRefetch(State.ENROL_DUE, failure, "enrolment: " + cause, later);
        }
      }
      case INTRODUCE -> {
        if (state == State.INTRODUCING) {
          retryOrRefetch(State.INTRODUCE_DUE, failure, "introduction: " + cause, later);
        }
      }
      case REPORT -> {
        reporting = false;
        chassisReader = false;
        if (state == State.ONLINE) {
          if (failure == Failure.UNREACHABLE) {
            due = later;
          } else {
            // Either the engine forgot this boot or the certificate is no longer good; the
            // introduction finds out which.
            become(State.INTRODUCE_DUE, later);
          }
        }
      }
      case ASK, RENEW -> {}
    }
  }

  private void retryOrRefetch(State retry, Failure failure, String cause, Instant later) {
    if (failure == Failure.UNREACHABLE) {
      become(retry, later);
    } else {
      refetch(cause, later);
    }
  }

  private void refetch(String cause, Instant at) {
    refetchCause = cause;
    become(State.BOOT_CONFIG_DUE, at);
  }

  private void become(State next, Instant at) {
    state = next;
    due = at;
  }

  /** Does what is due. */
  void advance(Instant now, ServiceDesk services, List<AgentEffect> effects) {
    @Nullable AgentEffect effect = now.isBefore(due) ? null : dueEffect(services);
    if (effect != null) {
      effects.add(effect);
    }
  }

  private @Nullable AgentEffect dueEffect(ServiceDesk services) {
    return switch (state) {
      case OFF, FETCHING_BOOT_CONFIG, ENROLLING, INTRODUCING -> null;
      case BOOT_CONFIG_DUE -> {
        state = State.FETCHING_BOOT_CONFIG;
        yield new AgentEffect.RefetchBootConfig(refetchCause);
      }
      case ENROL_DUE -> {
        state = State.ENROLLING;
        yield new AgentEffect.Enrol();
      }
      case INTRODUCE_DUE -> {
        state = State.INTRODUCING;
        yield new AgentEffect.Introduce();
      }
      case ONLINE -> {
        if (reporting) {
          yield null;
        }
        reporting = true;
        news = false;
        yield new AgentEffect.SendReport(services.statuses(), chassisReader);
      }
    };
  }

  /** Up to a tenth earlier or later, so that cards that booted together drift apart. */
  private Duration jittered(Duration interval) {
    long millis = interval.toMillis();
    long tenth = Math.max(1, millis / 10);
    return Duration.ofMillis(millis - tenth + random.nextLong(2 * tenth + 1));
  }
}
