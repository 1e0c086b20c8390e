package io.cade.engine.api;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.operate.AuditedActions;
import io.cade.engine.operate.Caller;
import io.cade.engine.operate.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Who may use console, API and commands (SPEC A5): for administrators, on record. Passwords are
 * made here and told once; nobody chooses a weak one, and none is ever sent to the engine before it
 * is used. Thread-safe.
 */
public final class UserDesk {
  private static final int PASSWORD_BYTES = 18;

  private final AuditedActions actions;
  private final Path file;
  private final Executor blocking;
  private final SecureRandom random;

  /**
   * What others may know of a user.
   *
   * @param password only in the answer to who made it, else empty
   */
  record UserView(String name, String role, Collection<String> services, String password) {}

  /**
   * @param file of {@link UserFile}
   * @param blocking carries out what waits for the disk
   */
  public UserDesk(ChangeWriter writer, Path file, Executor blocking, SecureRandom random) {
    this.actions = new AuditedActions(writer);
    this.file = file;
    this.blocking = blocking;
    this.random = random;
  }

  Path file() {
    return file;
  }

  /** All users, by name. */
  CompletionStage<List<UserView>> list(Caller caller) {
    return whenAllowed(
        caller,
        "list the users",
        () ->
            UserFile.read(file).values().stream()
                .map(user -> view(user, ""))
                .sorted(Comparator.comparing(UserView::name))
                .toList());
  }

  /**
   * Adds a user, or gives one another role and another password.
   *
   * @param services of a tenant
   */
  CompletionStage<UserView> put(
      Caller caller, String name, Role role, Collection<String> services) {
    String action =
        "make " + cut(name) + " " + role.word() + (services.isEmpty() ? "" : " of " + services);
    return change(
        caller,
        action,
        services,
        () -> {
          UserFile.User known = UserFile.read(file).get(name);
          if (known != null && role != Role.ADMINISTRATOR) {
            requireAnotherAdministrator(name);
          }
          byte[] bytes = new byte[PASSWORD_BYTES];
          random.nextBytes(bytes);
          String password = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
          UserFile.User user =
              new UserFile.User(
                  name,
                  role,
                  new TreeSet<>(services),
                  PasswordHash.of(password.toCharArray(), PasswordHash.ITERATIONS, random));
          UserFile.put(file, user);
          return view(user, password);
        });
  }

  /** Takes a user away, who cannot sign in any more within a second. */
  CompletionStage<Map<String, String>> remove(Caller caller, String name) {
    return change(
        caller,
        "remove user " + cut(name),
        Set.of(),
        () -> {
          if (!UserFile.read(file).containsKey(name)) {
            throw new Refusal(Refusal.Kind.NOT_FOUND, "there is no user " + cut(name));
          }
          requireAnotherAdministrator(name);
          UserFile.remove(file, name);
          return Map.of("removed", name);
        });
  }

  private void requireAnotherAdministrator(String name) throws IOException, Refusal {
    boolean another =
        UserFile.read(file).values().stream()
            .anyMatch(user -> user.role() == Role.ADMINISTRATOR && !user.name().equals(name));
    if (!another) {
      throw new Refusal(
          Refusal.Kind.CONFLICT, cut(name) + " is the only administrator: make another one first");
    }
  }

  private interface Work<T> {
    T carryOut() throws IOException, Refusal;
  }

  /** Looks only, for those who may. */
  private <T> CompletionStage<T> whenAllowed(Caller caller, String action, Work<T> work) {
    return actions
        .carryOut(caller, Role.ADMINISTRATOR, action, false, (_, _) -> Decision.nothing(true))
        .thenComposeAsync(
            _ -> {
              try {
                return CompletableFuture.completedFuture(work.carryOut());
              } catch (IOException | Refusal e) {
                return CompletableFuture.failedFuture(e);
              }
            },
            blocking);
  }

  /** On record before it is done: nobody makes a user of whom no record tells. */
  private <T> CompletionStage<T> change(
      Caller caller, String action, Collection<String> services, Work<T> work) {
    return actions.carryOutBeside(
        caller,
        Role.ADMINISTRATOR,
        action,
        (cabinet, _) -> {
          for (String service : services) {
            if (cabinet.service(service).isEmpty()) {
              throw new Refusal(Refusal.Kind.NOT_FOUND, "there is no service " + cut(service));
            }
          }
          return Decision.nothing(true);
        },
        blocking,
        _ -> {
          try {
            synchronized (this) {
              return work.carryOut();
            }
          } catch (IllegalArgumentException e) {
            throw new Refusal(Refusal.Kind.INVALID, String.valueOf(e.getMessage()));
          }
        });
  }

  private static UserView view(UserFile.User user, String password) {
    return new UserView(user.name(), user.role().word(), user.services(), password);
  }

  private static String cut(String name) {
    return name.length() > 32 ? name.substring(0, 32) + "…" : name;
  }
}
