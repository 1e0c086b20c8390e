package io.cade.engine.model;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The boots of a card that others have followed, by which a card that restarted is told from two
 * machines that use one identity (SPEC A3): a boot that was followed by another never comes back,
 * unless it was another machine's. One return may be a message that was long on its way; a second
 * one, at least {@link #APART} and at most {@link #WITHIN} later, is a clone. Immutable; changes
 * when a boot is followed or comes back, so that nothing is written while a card merely reports.
 *
 * @param former ids of boots that were followed, newest first; at most {@value #MAX_BOOTS}
 * @param returned when one of them came back last, or null
 */
public record BootHistory(List<String> former, @Nullable Instant returned) {
  /** Two messages of one boot that were under way together are not further apart. */
  public static final Duration APART = Duration.ofMillis(200);

  /** Returns further apart than this are two accidents. */
  public static final Duration WITHIN = Duration.ofMinutes(10);

  private static final int MAX_BOOTS = 8;

  private static final BootHistory NONE = new BootHistory(List.of(), null);

  public BootHistory {
    former = List.copyOf(former);
  }

  /** What an introduction tells. */
  public enum Verdict {
    FINE,
    /** A boot that was followed by another came back: the first time, or the same time. */
    RETURNED,
    /** Again: there are two machines. */
    CLONED
  }

  /** What is on record of a card; nothing before its second boot. */
  public static BootHistory of(Card card) {
    CardCertificate known = card.certificate();
    BootHistory boots = known == null ? null : known.boots();
    return boots == null ? NONE : boots;
  }

  /** Judges the boot that introduces itself at a time, after the boot {@code current}. */
  public Verdict judge(String boot, String current, Instant now) {
    if (boot.equals(current) || !former.contains(boot)) {
      return Verdict.FINE;
    }
    if (returned == null || now.isBefore(returned) || now.isAfter(returned.plus(WITHIN))) {
      return Verdict.RETURNED;
    }
    return now.isBefore(returned.plus(APART)) ? Verdict.RETURNED : Verdict.CLONED;
  }

  /** Whether a return at this time is to be put on record: not one that came with the last. */
  public boolean isNews(Instant now) {
    return returned == null || now.isBefore(returned) || now.isAfter(returned.plus(WITHIN));
  }

  /** After another boot was accepted. */
  BootHistory followed(String boot, String next) {
    List<String> boots =
        Stream.concat(Stream.of(boot), former.stream())
            .distinct()
            .filter(b -> !b.isEmpty() && !b.equals(next))
            .limit(MAX_BOOTS)
            .toList();
    return new BootHistory(boots, returned);
  }

  BootHistory returnedAt(Instant now) {
    return new BootHistory(former, now);
  }
}
