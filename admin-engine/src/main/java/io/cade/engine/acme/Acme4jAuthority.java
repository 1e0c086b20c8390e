package io.cade.engine.acme;

import io.cade.agent.wire.RouteSnapshot.Challenge;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Account;
import org.shredzone.acme4j.AccountBuilder;
import org.shredzone.acme4j.Authorization;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.PollableResource;
import org.shredzone.acme4j.Problem;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.challenge.Http01Challenge;
import org.shredzone.acme4j.connector.NetworkSettings;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeLazyLoadingException;
import org.shredzone.acme4j.exception.AcmeNetworkException;
import org.shredzone.acme4j.exception.AcmeRateLimitedException;
import org.shredzone.acme4j.exception.AcmeServerException;
import org.shredzone.acme4j.exception.AcmeUserActionRequiredException;
import org.shredzone.acme4j.provider.GenericAcmeProvider;

/**
 * The authority by way of acme4j. Its account is looked up, or made, with each order: that costs a
 * request and needs nothing kept but the key. Thread-safe.
 */
public final class Acme4jAuthority implements AcmeAuthority {
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);
  private static final Duration VERDICT_WITHIN = Duration.ofMinutes(2);
  private static final Duration ISSUED_WITHIN = Duration.ofMinutes(2);
  private static final Duration FIRST_LOOK = Duration.ofMillis(250);
  private static final Duration LONGEST_LOOK = Duration.ofSeconds(5);

  private final AcmeSettings settings;
  private final Callable<KeyPair> accountKey;
  private final InstantSource clock;
  private final AcmeOrders.Pause pause;
  private final HttpClient http;
  private final Session session;

  /**
   * @param accountKey the account's key, always the same
   * @param clock for how long is waited
   * @throws IOException when the settings' caFile cannot be used
   */
  public Acme4jAuthority(
      AcmeSettings settings,
      Callable<KeyPair> accountKey,
      InstantSource clock,
      AcmeOrders.Pause pause)
      throws IOException {
    this.settings = settings;
    this.accountKey = accountKey;
    this.clock = clock;
    this.pause = pause;
    HttpClient client = AuthorityHttp.client(settings.caFile());
    this.http = client;
    this.session =
        new Session(
            settings.directory(),
            new GenericAcmeProvider() {
              @Override
              public HttpClient createHttpClient(NetworkSettings network) {
                return client;
              }
            });
    session.networkSettings().setTimeout(ANSWER_WITHIN);
    session.setLocale(Locale.ENGLISH);
  }

  @Override
  public URI directory() {
    return settings.directory();
  }

  @Override
  public void close() {
    http.shutdownNow();
  }

  // ---- the account

  private Login login() throws AcmeException, AcmeFailure {
    AccountBuilder builder = new AccountBuilder().agreeToTermsOfService().useKeyPair(key());
    settings.contacts().forEach(builder::addContact);
    AcmeSettings.ExternalAccount known = settings.externalAccount();
    if (known != null) {
      builder.withKeyIdentifier(known.keyId(), secret(known.keyFile()));
    }
    Login login = builder.createLogin(session);
    Account account = login.getAccount();
    // For an account that was there before, the authority overlooks contacts (RFC 8555 §7.3.1).
    // Some keep none at all, whatever they are told.
    if (!account.getContacts().isEmpty() && !account.getContacts().equals(settings.contacts())) {
      Account.EditableAccount changed = account.modify();
      changed.getContacts().clear();
      changed.getContacts().addAll(settings.contacts());
      changed.commit();
    }
    return login;
  }

  private static String secret(Path file) throws AcmeFailure {
    try {
      return Files.readString(file, StandardCharsets.US_ASCII).strip();
    } catch (IOException e) {
      throw new AcmeFailure(file + " (acme.externalAccount.keyFile) cannot be read", e);
    }
  }

  private KeyPair key() throws AcmeFailure {
    try {
      return accountKey.call();
    } catch (Exception e) {
      throw new AcmeFailure("the key of the account cannot be read: " + e.getMessage(), e);
    }
  }

  // ---- orders

  @Override
  public Order open(List<String> hosts) throws AcmeFailure, InterruptedException {
    return speak(
        "cannot order at " + settings.directory(),
        () -> {
          org.shredzone.acme4j.Order order = login().newOrder().domains(hosts).create();
          List<Http01Challenge> asked = new ArrayList<>();
          List<Authorization> pending = new ArrayList<>();
          List<Challenge> challenges = new ArrayList<>();
          for (Authorization each : order.getAuthorizations()) {
            if (each.getStatus() == Status.VALID) {
              continue; // believed from before
            }
            String host = each.getIdentifier().getDomain();
            Http01Challenge challenge =
                each.findChallenge(Http01Challenge.class)
                    .orElseThrow(() ->
                        new AcmeFailure(
                            "the authority offers no http-01 challenge for " + host, null));
            pending.add(each);
            asked.add(challenge);
            challenges.add(answer(host, challenge));
          }
          return new Running(order, pending, asked, challenges);
        });
  }

  private static Challenge answer(String host, Http01Challenge challenge) throws AcmeFailure {
    try {
      return new Challenge(
          host.toLowerCase(Locale.ROOT), challenge.getToken(), challenge.getAuthorization());
    } catch (IllegalArgumentException e) {
      throw new AcmeFailure("the authority's challenge is malformed: " + e.getMessage(), e);
    }
  }

  @Override
  public Optional<List<X509Certificate>> collect(URI location)
      throws AcmeFailure, InterruptedException {
    return speak(
        "cannot ask for the order " + location,
        () -> {
          org.shredzone.acme4j.Order order;
          try {
            order = login().bindOrder(location.toURL());
            order.fetch();
          } catch (MalformedURLException e) {
            return Optional.empty();
          } catch (AcmeRateLimitedException | AcmeUserActionRequiredException e) {
            throw e;
          } catch (AcmeServerException e) {
            return Optional.empty(); // it does not know the order any more
          } catch (AcmeException e) {
            // The same, without a document that says why (RFC 8555 §6.7 only recommends one).
            if (String.valueOf(e.getMessage()).matches("HTTP 4\\d\\d")) {
              return Optional.empty();
            }
            throw e;
          }
          if (order.getStatus() == Status.PROCESSING) {
            await(order, Set.of(Status.VALID, Status.INVALID), ISSUED_WITHIN);
          }
          return order.getStatus() == Status.VALID
              ? Optional.of(order.getCertificate().getCertificateChain())
              : Optional.empty();
        });
  }

  /** An order that was put up. */
  private final class Running implements Order {
    private final org.shredzone.acme4j.Order order;
    private final List<Authorization> pending;
    private final List<Http01Challenge> asked;
    private final List<Challenge> challenges;

    Running(
        org.shredzone.acme4j.Order order,
        List<Authorization> pending,
        List<Http01Challenge> asked,
        List<Challenge> challenges) {
      this.order = order;
      this.pending = pending;
      this.asked = asked;
      this.challenges = List.copyOf(challenges);
    }

    @Override
    public URI location() {
      return URI.create(order.getLocation().toString());
    }

    @Override
    public List<Challenge> challenges() {
      return challenges;
    }

    @Override
    public void validate() throws AcmeFailure, InterruptedException {
      speak(
          "cannot be validated",
          () -> {
            for (Http01Challenge each : asked) {
              each.trigger();
            }
            for (int i = 0; i < pending.size(); i++) {
              Status verdict =
                  await(pending.get(i), Set.of(Status.VALID, Status.INVALID), VERDICT_WITHIN);
              if (verdict != Status.VALID) {
                asked.get(i).fetch();
                throw new AcmeFailure(
                    "the authority does not believe that "
                        + challenges.get(i).host()
                        + " is ours: "
                        + asked.get(i).getError().map(Acme4jAuthority::words).orElse("" + verdict),
                    null);
              }
            }
            return true;
          });
    }

    @Override
    public List<X509Certificate> finish(KeyPair key) throws AcmeFailure, InterruptedException {
      return speak(
          "no certificate was issued",
          () -> {
            Set<Status> ends = Set.of(Status.VALID, Status.INVALID);
            // The last verdict may reach the order a moment later (RFC 8555 §7.1.6).
            await(order, Set.of(Status.READY, Status.VALID, Status.INVALID), VERDICT_WITHIN);
            if (order.getStatus() == Status.READY) {
              order.execute(key);
              await(order, ends, ISSUED_WITHIN);
            }
            if (order.getStatus() != Status.VALID) {
              throw new AcmeFailure(
                  "the authority has refused the order: "
                      + order.getError().map(Acme4jAuthority::words).orElse("it does not say why"),
                  null);
            }
            return order.getCertificate().getCertificateChain();
          });
    }
  }

  /** Looks, ever more rarely and never before the authority wants, until it has come to an end. */
  private Status await(PollableResource asked, Set<Status> ends, Duration within)
      throws AcmeException, AcmeFailure, InterruptedException {
    Instant giveUp = clock.instant().plus(within);
    Duration rest = FIRST_LOOK;
    while (true) {
      Instant notBefore = asked.fetch().orElse(Instant.MIN);
      if (ends.contains(asked.getStatus())) {
        return asked.getStatus();
      }
      Instant now = clock.instant();
      Duration wait = notBefore.isAfter(now.plus(rest)) ? Duration.between(now, notBefore) : rest;
      if (now.plus(wait).isAfter(giveUp)) {
        throw new AcmeFailure(
            "the authority has not come to an end within " + within.toSeconds() + " s", null);
      }
      pause.pause(wait);
      rest = rest.multipliedBy(2).compareTo(LONGEST_LOOK) > 0 ? LONGEST_LOOK : rest.multipliedBy(2);
    }
  }

  // ---- what can go wrong

  /** Something that is said to the authority. */
  private interface Talk<T> {
    T run() throws AcmeException, AcmeFailure, InterruptedException;
  }

  private static <T> T speak(String what, Talk<T> talk) throws AcmeFailure, InterruptedException {
    try {
      return talk.run();
    } catch (AcmeRateLimitedException e) {
      throw new AcmeFailure(
          what + ", the authority's rate limit is reached: " + words(e.getProblem()),
          e.getRetryAfter().orElse(null),
          e);
    } catch (AcmeUserActionRequiredException e) {
      throw new AcmeFailure(
          what + ", somebody has to act (see " + e.getInstance() + "): " + words(e.getProblem()),
          e);
    } catch (AcmeServerException e) {
      throw new AcmeFailure(what + ": " + words(e.getProblem()), e);
    } catch (AcmeNetworkException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedException();
      }
      throw new AcmeFailure(what + ", it cannot be reached: " + innermost(e), e);
    } catch (AcmeException e) {
      throw new AcmeFailure(what + ": " + innermost(e), e);
    } catch (AcmeLazyLoadingException e) {
      throw new AcmeFailure(what + ": " + innermost(e), retryAfter(e), e);
    } catch (RuntimeException e) {
      // acme4j reports what is malformed in this way.
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedException();
      }
      throw new AcmeFailure(what + ": " + innermost(e), e);
    }
  }

  private static @Nullable Instant retryAfter(AcmeLazyLoadingException failure) {
    return failure.getCause() instanceof AcmeRateLimitedException limited
        ? limited.getRetryAfter().orElse(null)
        : null;
  }

  private static String words(Problem problem) {
    StringBuilder words = new StringBuilder(problem.getDetail().orElse("" + problem.getType()));
    for (Problem each : problem.getSubProblems()) {
      words.append("; ").append(each.getDetail().orElse("" + each.getType()));
    }
    return printable(words);
  }

  /** What the authority says is shown to operators: one line of letters. */
  private static String printable(CharSequence text) {
    return text.toString().replaceAll("\\p{Cntrl}+", " ").strip();
  }

  private static String innermost(Throwable failure) {
    Throwable found = failure;
    for (int i = 0; i < 8 && found.getCause() != null; i++) {
      found = found.getCause();
    }
    String message = found.getMessage();
    return printable(
        message == null || message.isBlank() ? found.getClass().getSimpleName() : message);
  }
}
