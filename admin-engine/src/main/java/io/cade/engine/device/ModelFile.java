package io.cade.engine.device;

import io.cade.agent.config.ConfigProblems;
import io.cade.agent.config.Section;
import io.cade.agent.config.StrictYaml;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.DeviceItem;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A model as a person writes it: YAML of at most {@link StrictYaml#MAX_BYTES}. Unknown keys are
 * refused, and all problems told at once with their lines.
 */
public final class ModelFile {
  private static final int MAX_AFTER = 32;
  private static final int MAX_IGNORED = 128;
  private static final int MAX_OVERRIDES = 512;

  /** The version before it. */
  private final ModelVersion before;

  private final List<ModelParameter> parameters = new ArrayList<>();
  private final List<ModelItem> items = new ArrayList<>();
  private final Set<String> keys = new HashSet<>();

  private ModelFile(ModelVersion before) {
    this.before = before;
  }

  /**
   * Reads a version.
   *
   * @param name of the file, for the problems
   * @param before the version before it: a masked secret, and sections of values that the file does
   *     not have, stay as they are there
   * @throws ModelProblem when there are problems; the message has all of them
   */
  public static ModelVersion read(
      String name, String text, ModelVersion before, int number, Instant now, String by, String why)
      throws ModelProblem {
    ModelFile file = new ModelFile(before);
    try {
      ModelVersion version =
          StrictYaml.read(Path.of(name), text, s -> file.version(s, number, now, by, why));
      return checked(version);
    } catch (ConfigProblems e) {
      throw new ModelProblem(String.join("; ", e.problems()));
    }
  }

  /**
   * Reads the items of a trial: a file with {@code items} alone, without parameters.
   *
   * @throws ModelProblem when there are problems
   */
  public static List<ModelItem> readItems(String name, String text) throws ModelProblem {
    ModelFile file = new ModelFile(ModelVersion.empty());
    try {
      ModelVersion version =
          StrictYaml.read(
              Path.of(name),
              text,
              s -> {
                file.items(ModelRole.OS, s);
                file.names(s, "items");
                return ModelVersion.empty().withItems(file.items);
              });
      if (version.items().isEmpty()) {
        throw new ModelProblem(name + ": there is no item in it");
      }
      return checked(version).items();
    } catch (ConfigProblems e) {
      throw new ModelProblem(String.join("; ", e.problems()));
    }
  }

  /** Checks what no line of a file is to blame for; the items come into their order. */
  static ModelVersion checked(ModelVersion version) throws ModelProblem {
    if (version.items().size() > DeviceItem.MAX_ITEMS) {
      throw new ModelProblem(
          version.items().size() + " items, " + DeviceItem.MAX_ITEMS + " are allowed");
    }
    if (version.size() > ModelVersion.MAX_SIZE) {
      throw new ModelProblem(
          "its items, parameters and values have "
              + version.size()
              + " characters, "
              + ModelVersion.MAX_SIZE
              + " are allowed");
    }
    return version.withItems(ItemOrder.sorted(version.items()));
  }

  private ModelVersion version(Section s, int number, Instant now, String by, String why) {
    String description = s.text("description", "");
    if (description.length() > 1_024) {
      s.problem("description", "has more than 1024 characters");
    }
    for (ModelRole role : ModelRole.values()) {
      Section part = s.section(role.word());
      part.sections(
          "parameters", ModelVersion.MAX_PARAMETERS, (name, p) -> parameter(role, name, p));
      items(role, part);
    }
    names(s, "");
    SortedMap<String, String> ignored = new TreeMap<>();
    s.entries(
        "ignore",
        (pattern, reason) -> {
          if (reason.isBlank()) {
            throw new IllegalArgumentException("needs a reason: why is it not looked at?");
          }
          if (ignored.size() >= MAX_IGNORED) {
            throw new IllegalArgumentException("is one too many, " + MAX_IGNORED + " are allowed");
          }
          return ignored.put(pattern, reason);
        });
    SortedMap<String, String> values =
        s.has("values") ? values(s, "values", before.values()) : kept(before.values());
    SortedMap<String, SortedMap<String, String>> services = new TreeMap<>();
    if (s.has("services")) {
      overrides(s, "services", name -> name, before.serviceValues(), services);
    } else {
      before.serviceValues().forEach((name, all) -> services.put(name, kept(all)));
    }
    SortedMap<CardPosition, SortedMap<String, String>> cards = new TreeMap<>();
    if (s.has("cards")) {
      overrides(s, "cards", CardPosition::parse, before.cardValues(), cards);
    } else {
      before.cardValues().forEach((at, all) -> cards.put(at, kept(all)));
    }
    return new ModelVersion(
        number, description, parameters, items, ignored, values, services, cards, now, by, why);
  }

  private interface Key<K> {
    K of(String name);
  }

  private <K extends Comparable<K>> void overrides(
      Section s,
      String key,
      Key<K> parser,
      SortedMap<K, SortedMap<String, String>> earlier,
      SortedMap<K, SortedMap<String, String>> into) {
    Section all = s.section(key);
    if (all.names().size() > MAX_OVERRIDES) {
      s.problem(key, "has more than " + MAX_OVERRIDES + " entries");
    }
    for (String name : all.names()) {
      try {
        K at = parser.of(name);
        into.put(at, values(all, name, earlier.get(at)));
      } catch (IllegalArgumentException e) {
        all.problem(name, "is wrong: " + e.getMessage());
        all.has(name);
      }
    }
  }

  private SortedMap<String, String> values(
      Section s, String key, @Nullable SortedMap<String, String> earlier) {
    SortedMap<String, String> values = new TreeMap<>();
    s.entries(
        key,
        (name, given) -> {
          ModelParameter p = parameter(name);
          if (p == null) {
            throw new IllegalArgumentException("is no parameter of this model");
          }
          String value = given;
          if (p.secret() && given.equals(ModelParameter.MASK)) {
            value = earlier == null ? null : earlier.get(name);
            if (value == null) {
              throw new IllegalArgumentException("is masked, but had no value before");
            }
          }
          p.objection(value)
              .ifPresent(why -> {
                throw new IllegalArgumentException(why.substring(p.name().length() + 1));
              });
          return values.put(name, value);
        });
    return values;
  }

  /** The values that still have a parameter that takes them. */
  private SortedMap<String, String> kept(SortedMap<String, String> earlier) {
    SortedMap<String, String> values = new TreeMap<>();
    earlier.forEach((name, value) -> {
      ModelParameter p = parameter(name);
      if (p != null && p.objection(value).isEmpty()) {
        values.put(name, value);
      }
    });
    return values;
  }

  private @Nullable ModelParameter parameter(String name) {
    for (ModelParameter p : parameters) {
      if (p.name().equals(name)) {
        return p;
      }
    }
    return null;
  }

  private String parameter(ModelRole role, String name, Section s) {
    if (!ModelParameter.isName(name)) {
      // One problem is enough.
      s.names().forEach(s::has);
      throw new IllegalArgumentException(
          "is no name for a parameter: a lower-case letter, then letters, digits and hyphens, at"
              + " most 32, and none of "
              + String.join(", ", Facts.NAMES.stream().sorted().toList()));
    }
    if (parameter(name) != null) {
      throw new IllegalArgumentException("is a parameter of another role already");
    }
    if (parameters.size() >= ModelVersion.MAX_PARAMETERS) {
      throw new IllegalArgumentException(
          "is one too many, " + ModelVersion.MAX_PARAMETERS + " are allowed");
    }
    ModelParameter.Type type =
        s.choice("type", ModelParameter.Type.class, ModelParameter.Type.TEXT);
    List<String> choices = s.list("values", 64, text -> text);
    if (type == ModelParameter.Type.CHOICE && choices.isEmpty()) {
      s.problem("values", "is missing: what may be chosen?");
    } else if (type != ModelParameter.Type.CHOICE && !choices.isEmpty()) {
      s.problem("values", "belongs to parameters of the type choice");
    }
    boolean secret = s.flag("secret", false);
    String standard = s.has("default") ? s.text("default", "") : null;
    if (secret && ModelParameter.MASK.equals(standard)) {
      standard = before.parameter(name).map(ModelParameter::standard).orElse(null);
    }
    ModelParameter parameter =
        new ModelParameter(
            name,
            role,
            type,
            standard,
            choices,
            bound(s, "min"),
            bound(s, "max"),
            s.text("description", ""),
            secret);
    if (standard != null) {
      parameter
          .objection(standard)
          .ifPresent(why -> s.problem("default", why.substring(name.length() + 1)));
    }
    parameters.add(parameter);
    return name;
  }

  private static @Nullable Long bound(Section s, String key) {
    return s.has(key) ? s.parsed(key, 0L, Long::valueOf) : null;
  }

  private void items(ModelRole role, Section part) {
    part.sections(
        "items",
        DeviceItem.MAX_ITEMS,
        (key, s) -> {
          List<String> after = s.list("after", MAX_AFTER, text -> text);
          DeviceItem item = ItemForm.read(key, s);
          if (!keys.add(item.key())) {
            throw new IllegalArgumentException("is there twice");
          }
          return items.add(new ModelItem(role, item, after));
        });
  }

  /**
   * What stands in braces has to be a parameter or a fact.
   *
   * @param key where the items are; empty for below their roles
   */
  private void names(Section s, String key) {
    for (ModelItem item : items) {
      if (item.template() instanceof DeviceItem.UnitItem unit) {
        for (String read : unit.restartOn()) {
          if (!keys.contains(read) || read.equals(item.key())) {
            s.problem(
                key.isEmpty() ? item.role().word() : key,
                "has in item %s 'restart-on: %s', which is no other item of this model"
                    .formatted(item.key(), read));
          }
        }
      }
      List<String> texts = new ArrayList<>(ItemTexts.attributes(item.template()).values());
      texts.add(item.key());
      for (String text : texts) {
        for (String name : Rendering.names(text)) {
          if (parameter(name) == null && !Facts.NAMES.contains(name)) {
            s.problem(
                key.isEmpty() ? item.role().word() : key,
                "has in item %s '{{%s}}', which is no parameter and no fact (%s); {{open}} stands for two braces"
                    .formatted(
                        item.key(),
                        name,
                        String.join(", ", Facts.NAMES.stream().sorted().toList())));
          }
        }
      }
    }
  }

  /** The first problem of a value that somebody sets. */
  public static void check(ModelVersion version, Map<String, String> values) throws ModelProblem {
    for (Map.Entry<String, String> each : values.entrySet()) {
      ModelParameter p =
          version
              .parameter(each.getKey())
              .orElseThrow(() ->
                  new ModelProblem(
                      "there is no parameter "
                          + each.getKey()
                          + "; there are "
                          + version.parameters().stream().map(ModelParameter::name).toList()));
      var objection = p.objection(each.getValue());
      if (objection.isPresent()) {
        throw new ModelProblem(objection.get());
      }
    }
  }
}
