package io.cade.engine.boottree;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.datagram.Tally;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Lease;
import java.io.IOException;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The boot trees of all cards. Who asks is known by the source address alone: it must be leased,
 * now, to a card, whose tree is then the only one in sight. Thread-safe.
 */
public final class BootTree {
  private static final Logger LOG = LoggerFactory.getLogger(BootTree.class);

  private final Supplier<Cabinet> current;
  private final InstantSource clock;
  private final List<BootFileSource> sources;
  private final UploadStore uploads;
  private final Tally<BootOutcome> outcomes = new Tally<>(BootOutcome.class);

  /**
   * @param current newest durable state
   * @param sources asked in this order, the first that has a file wins
   */
  public BootTree(Supplier<Cabinet> current, InstantSource clock, List<BootFileSource> sources) {
    this(current, clock, sources, UploadStore.closed());
  }

  /**
   * @param current newest durable state
   * @param sources asked in this order, the first that has a file wins
   * @param uploads where cards may write
   */
  public BootTree(
      Supplier<Cabinet> current,
      InstantSource clock,
      List<BootFileSource> sources,
      UploadStore uploads) {
    this.current = current;
    this.clock = clock;
    this.sources = List.copyOf(sources);
    this.uploads = uploads;
  }

  /**
   * Opens a file for whoever has the address.
   *
   * @param name relative to the card's root, as the client sent it
   */
  public Lookup open(InetAddress source, String name) {
    return counted(find(source, name, BootFileSource::open));
  }

  /** As {@link #open}, for whoever wants to know about the file only: nothing is spent by that. */
  public Lookup look(InetAddress source, String name) {
    return counted(find(source, name, BootFileSource::look));
  }

  private Lookup counted(Lookup lookup) {
    outcomes.count(
        switch (lookup) {
          case Lookup.Found f -> BootOutcome.OPENED;
          case Lookup.Refused r -> r.why();
        });
    return lookup;
  }

  /**
   * Opens a file for writing by whoever has the address.
   *
   * @param name relative to the card's root, as the client sent it
   * @param announced size of the file, where the client says it
   */
  public UploadLookup openUpload(InetAddress source, String name, OptionalLong announced) {
    UploadLookup lookup = findUpload(source, name, announced);
    outcomes.count(
        switch (lookup) {
          case UploadLookup.Opened o -> BootOutcome.UPLOAD_OPENED;
          case UploadLookup.Refused r -> r.why();
        });
    return lookup;
  }

  private UploadLookup findUpload(InetAddress source, String name, OptionalLong announced) {
    Optional<CardPosition> position = holder(source);
    if (position.isEmpty()) {
      return new UploadLookup.Refused(BootOutcome.REFUSED_SOURCE);
    }
    return switch (BootName.parse(name)) {
      case BootName.Parsed.Bad bad -> new UploadLookup.Refused(bad.why());
      case BootName.Parsed.Good good -> {
        try {
          yield uploads.open(position.get(), good.name(), announced);
        } catch (IOException | RuntimeException e) {
          LOG.warn("file {} of card {} cannot be written", good.name(), position.get(), e);
          yield new UploadLookup.Refused(BootOutcome.FAILED);
        }
      }
    };
  }

  /** How often each outcome came about. */
  public Map<BootOutcome, Long> outcomes() {
    return outcomes.all();
  }

  /** How a plug-in is asked. */
  @FunctionalInterface
  private interface Question {
    Optional<BootFile> ask(BootFileSource source, CardPosition position, String name)
        throws IOException;
  }

  private Lookup find(InetAddress source, String name, Question question) {
    Optional<CardPosition> position = holder(source);
    if (position.isEmpty()) {
      return new Lookup.Refused(BootOutcome.REFUSED_SOURCE);
    }
    return switch (BootName.parse(name)) {
      case BootName.Parsed.Bad bad -> new Lookup.Refused(bad.why());
      case BootName.Parsed.Good good -> find(position.get(), good.name(), question);
    };
  }

  private Lookup find(CardPosition position, String name, Question question) {
    try {
      for (BootFileSource source : sources) {
        Optional<BootFile> file = question.ask(source, position, name);
        if (file.isPresent()) {
          return new Lookup.Found(position, name, file.get());
        }
      }
      return new Lookup.Refused(BootOutcome.NOT_FOUND);
    } catch (IOException | RuntimeException e) {
      LOG.warn("boot file {} of card {} cannot be read", name, position, e);
      return new Lookup.Refused(BootOutcome.FAILED);
    }
  }

  private Optional<CardPosition> holder(InetAddress source) {
    String address = source.getHostAddress();
    return current.get().leases().values().stream()
        .filter(l -> l.address().equals(address) && l.expiresAt().isAfter(clock.instant()))
        .map(Lease::position)
        .findFirst();
  }
}
