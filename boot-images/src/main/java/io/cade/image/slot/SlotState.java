package io.cade.image.slot;

import io.cade.image.slot.SlotContent.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * State of a card's image store. Immutable; every operation answers with the next state. The rules
 * are those that boot loaders and updaters agree on: a new image is tried a counted number of
 * times; the count falls before each attempt, so that a hang or a power cut counts too; an image
 * that is marked good stays; otherwise the last good one comes back.
 *
 * @param a content of slot A, null when empty
 * @param b content of slot B, null when empty
 * @param preferred slot that is booted if it may be
 * @param booted slot that runs now; empty before the first boot
 * @param floor lowest build that may be installed or booted; never falls but by a permit
 * @param permits the last {@value #MAX_PERMITS} permissions to go below the floor, oldest first
 */
public record SlotState(
    @Nullable SlotContent a,
    @Nullable SlotContent b,
    Slot preferred,
    @Nullable Slot booted,
    long floor,
    List<DowngradePermit> permits) {
  /** Attempts that a new image has. */
  public static final int TRIES = 3;

  public static final int MAX_PERMITS = 16;

  /**
   * Somebody allowed an older image.
   *
   * @param by the authorised person, as the engine authenticated him
   * @param reason in his words
   * @param build that was allowed
   * @param at seconds since 1970
   */
  public record DowngradePermit(String by, String reason, long build, long at) {
    public DowngradePermit {
      if (by.isBlank() || reason.isBlank()) {
        throw new IllegalArgumentException("a permit needs a person and a reason");
      }
    }
  }

  public SlotState {
    permits = List.copyOf(permits);
    if (permits.size() > MAX_PERMITS) {
      throw new IllegalArgumentException("more permits than are kept");
    }
  }

  /** A card without any image. */
  public static SlotState empty() {
    return new SlotState(null, null, Slot.A, null, 0, List.of());
  }

  /** What a slot holds. */
  public Optional<SlotContent> content(Slot slot) {
    return Optional.ofNullable(slot == Slot.A ? a : b);
  }

  /** Outcome of {@link #install}. */
  public sealed interface Installation {
    /**
     * To be written to the slot; the state becomes durable after the image's bytes.
     *
     * @param slot never the one that runs
     */
    record Allowed(Slot slot, SlotState next) implements Installation {}

    /** Nothing changes. */
    record Refused(String reason) implements Installation {}
  }

  /**
   * Puts an image into the slot that does not run, on trial and preferred.
   *
   * @param permit permission to go below the floor or back behind the image that runs
   */
  public Installation install(
      String digest,
      String version,
      long build,
      long minimumBuild,
      Optional<DowngradePermit> permit) {
    return install(digest, version, build, minimumBuild, TRIES, permit);
  }

  /**
   * The same with another number of attempts.
   *
   * @param tries 1 to {@value #TRIES}; with 1 every boot that is not marked good is the last
   */
  public Installation install(
      String digest,
      String version,
      long build,
      long minimumBuild,
      int tries,
      Optional<DowngradePermit> permit) {
    Slot target =
        booted != null
            ? booted.other()
            : content(preferred).isPresent() ? preferred.other() : preferred;
    long running = content(target.other()).map(SlotContent::build).orElse(0L);
    long lowest = Math.max(floor, running);
    if (build < lowest && permit.filter(o -> o.build() == build).isEmpty()) {
      return new Installation.Refused(
          "build "
              + build
              + " is older than "
              + (build < floor ? "the lowest allowed, " + floor : "the one in use, " + running)
              + "; an older image needs an authorised permit");
    }
    SlotContent content =
        new SlotContent(digest, version, build, minimumBuild, Standing.TRYING, tries);
    SlotState next =
        build < lowest && permit.isPresent()
            ? with(target, content).lowered(permit.get())
            : with(target, content);
    return new Installation.Allowed(
        target, new SlotState(next.a, next.b, target, next.booted, next.floor, next.permits));
  }

  private SlotState lowered(DowngradePermit permit) {
    List<DowngradePermit> kept = new ArrayList<>(permits);
    kept.add(permit);
    while (kept.size() > MAX_PERMITS) {
      kept.removeFirst();
    }
    return new SlotState(a, b, preferred, booted, Math.min(floor, permit.build()), kept);
  }

  /** Outcome of {@link #boot}. */
  public sealed interface Boot {
    /**
     * Boot this one, after the next state has become durable.
     *
     * @param fallback whether it is not the preferred one
     */
    record From(Slot slot, boolean fallback, SlotState next) implements Boot {}

    /** Nothing here may be booted: boot from the network. */
    record Nothing(SlotState next) implements Boot {}
  }

  /**
   * Decides at power-on. An attempt is paid for before it is made. An image on trial without tries
   * left is bad.
   */
  public Boot boot() {
    SlotState state = this;
    for (Slot slot : List.of(preferred, preferred.other())) {
      SlotContent content = state.content(slot).orElse(null);
      if (content == null || content.build() < floor) {
        continue;
      }
      switch (content.standing()) {
        case GOOD -> {
          return new Boot.From(slot, slot != preferred, state.running(slot));
        }
        case TRYING -> {
          if (content.triesLeft() > 0) {
            SlotState paid =
                state.with(slot, content.with(Standing.TRYING, content.triesLeft() - 1));
            return new Boot.From(slot, slot != preferred, paid.running(slot));
          }
          state = state.with(slot, content.with(Standing.BAD, 0));
        }
        case BAD -> {
          // Not this one.
        }
      }
    }
    return new Boot.Nothing(new SlotState(state.a, state.b, preferred, null, floor, permits));
  }

  /**
   * The image that runs has reached its engine: it stays, and what it forbids is forbidden from now
   * on. Nothing changes when none runs from a slot.
   */
  public SlotState markGood() {
    if (booted == null) {
      return this;
    }
    SlotContent content = content(booted).orElse(null);
    if (content == null) {
      return this;
    }
    SlotState good = with(booted, content.with(Standing.GOOD, 0));
    return new SlotState(
        good.a, good.b, booted, booted, Math.max(floor, content.minimumBuild()), good.permits);
  }

  /** A slot's content was found damaged, or the image was withdrawn: it is not booted again. */
  public SlotState markBad(Slot slot) {
    SlotContent content = content(slot).orElse(null);
    if (content == null) {
      return this;
    }
    SlotState next = with(slot, content.with(Standing.BAD, 0));
    return preferred == slot
        ? new SlotState(next.a, next.b, slot.other(), booted, floor, permits)
        : next;
  }

  /**
   * Takes an image back on somebody's order: it is never booted again, and what it forbade is
   * allowed again as far as the other slot needs it.
   *
   * @param by and reason: whose order it is, for the record
   * @param at seconds since 1970
   */
  public SlotState withdraw(Slot slot, String by, String reason, long at) {
    SlotState next = markBad(slot);
    SlotContent other = content(slot.other()).orElse(null);
    return other != null && other.build() < floor
        ? next.lowered(new DowngradePermit(by, reason, other.build(), at))
        : next;
  }

  private SlotState running(Slot slot) {
    return new SlotState(a, b, preferred, slot, floor, permits);
  }

  private SlotState with(Slot slot, SlotContent content) {
    return slot == Slot.A
        ? new SlotState(content, b, preferred, booted, floor, permits)
        : new SlotState(a, content, preferred, booted, floor, permits);
  }
}
