package io.cade.engine.operate;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.device.ModelDiff;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is shown of models and devices, as {@link Views} are; secrets are masked in all of it. */
public final class ModelViews {
  private ModelViews() {}

  /**
   * @param current version that the cards are to have
   * @param newest version that was written last
   * @param cards of the type
   * @param right cards that have what they are to have, without a difference
   * @param differing cards that are other than their model says
   */
  public record ModelView(
      String type,
      int current,
      int newest,
      String description,
      int cards,
      int right,
      int differing,
      List<ParameterView> parameters,
      List<ItemView> items,
      @Nullable RunView run) {}

  /**
   * @param value of the type, or its default; masked where it is secret; absent when there is none
   */
  public record ParameterView(
      String name,
      String role,
      String type,
      @Nullable String value,
      boolean isDefault,
      List<String> choices,
      @Nullable Long min,
      @Nullable Long max,
      String description,
      boolean secret) {}

  public record ItemView(String role, String key, boolean risky, List<String> after) {}

  public record VersionView(
      String type,
      int number,
      boolean current,
      Instant at,
      String by,
      String why,
      int items,
      int parameters) {}

  /**
   * A type that is gone.
   *
   * @param versions that it had
   */
  public record RemovedView(String type, int versions) {}

  public record TextView(String type, int version, String text) {}

  /** What would become of each card. */
  public record PlanView(
      String type, int version, int current, String summary, List<CardPlan> cards) {}

  /**
   * @param verdict one of the words change, same, later (it is away) and cannot
   * @param reason why not, or what else is to be known
   * @param risky whether it may cut the card off, and is taken back unless confirmed
   * @param disturbs whether what serves may stop for a moment: one card of a service at a time
   * @param differences that the card has now and that would be put right
   */
  public record CardPlan(
      CardPosition card,
      String verdict,
      String reason,
      String has,
      boolean risky,
      boolean disturbs,
      int differences,
      List<ModelDiff.Line> changes) {}

  /**
   * @param waits whether it waits for an operator to confirm
   * @param summary how far it is, in words
   */
  public record RunView(
      String type,
      int version,
      String stage,
      boolean active,
      boolean waits,
      Instant since,
      Instant begun,
      String by,
      String why,
      String cause,
      int parallel,
      int canary,
      int stopAtPercent,
      String summary,
      List<TargetView> cards) {}

  /**
   * A card of a run.
   *
   * @param progress what became of it in the run; when that has ended, as it was then
   * @param now what the card has at this moment, in words; empty while the run is under way
   */
  public record TargetView(
      CardPosition card, String progress, int before, String detail, String now) {}

  /**
   * @param trial whether it is tried there
   * @param since when the device said so first
   */
  public record DifferenceView(
      CardPosition card,
      String model,
      String key,
      String attribute,
      String wanted,
      String found,
      boolean trial,
      Instant since) {}

  /**
   * One device.
   *
   * @param has model and version that it was given, empty before the first
   * @param wanted that it is to have
   * @param doing what it is at, empty for nothing
   * @param failed why the last change failed, else empty
   * @param adoption what became of the last one, else empty
   */
  public record DeviceView(
      CardPosition card,
      String type,
      String has,
      String wanted,
      boolean right,
      String doing,
      boolean waits,
      String failed,
      int differences,
      List<String> trial,
      String adoption,
      boolean adopted) {}
}
