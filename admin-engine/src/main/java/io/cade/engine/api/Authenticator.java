package io.cade.engine.api;

import io.cade.engine.operate.Caller;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP Basic authentication (RFC 7617) against the {@link UserFile}. The slow hash runs on a
 * worker; that a pair of name and password was right is remembered as an HMAC under a key of this
 * process, until the file changes, so that not every request pays for it.
 *
 * <p>Limits: {@value #MAX_REMEMBERED} remembered pairs; {@value #MAX_AT_ONCE} hashes at once; 10
 * failures a minute for one user from one address, 60 for one address. Thread-safe.
 */
final class Authenticator {
  private static final int MAX_REMEMBERED = 1_000;
  private static final int MAX_AT_ONCE = 8;
  private static final int MAX_HEADER = 1_024;
  private static final long FILE_CHECK_NANOS = Duration.ofSeconds(1).toNanos();

  private static final Logger log = LoggerFactory.getLogger(Authenticator.class);

  private final Vertx vertx;
  private final Path file;
  private final LongSupplier ticker;
  private final FailureLimiter perUser;
  private final FailureLimiter perAddress;
  private final SecretKeySpec cacheKey;
  private final PasswordHash decoy;
  private final AtomicInteger underWay = new AtomicInteger();

  // Guarded by this.
  private final Map<String, Caller> remembered = new LinkedHashMap<>();
  private Map<String, UserFile.User> users = Map.of();
  private @Nullable Stamp stamp;
  private long checkedNanos;
  private boolean checked;

  /**
   * By what a changed file is told: two changes within one tick of the file system's clock have the
   * same time, but each puts a new file in the old one's place.
   */
  private record Stamp(FileTime time, long size, @Nullable Object key) {
    static Stamp of(Path file) throws IOException {
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      return new Stamp(found.lastModifiedTime(), found.size(), found.fileKey());
    }
  }

  /** Why a request is not let in. */
  enum Denial {
    /** No or wrong credentials. */
    WHO_ARE_YOU,
    /** Too many failures lately. */
    SLOW_DOWN,
    /** Too many hashes under way. */
    BUSY
  }

  static final class Denied extends Exception {
    private static final long serialVersionUID = 1L;
    private final Denial denial;

    Denied(Denial denial) {
      super(denial.name(), null, false, false);
      this.denial = denial;
    }

    Denial denial() {
      return denial;
    }
  }

  private record Credentials(String user, String password) {
    @Override
    public String toString() {
      return "Credentials[" + user + "]";
    }
  }

  Authenticator(Vertx vertx, Path file, LongSupplier ticker, SecureRandom random) {
    this.vertx = vertx;
    this.file = file;
    this.ticker = ticker;
    this.perUser = new FailureLimiter(ticker, 10);
    this.perAddress = new FailureLimiter(ticker, 60);
    byte[] key = new byte[32];
    random.nextBytes(key);
    this.cacheKey = new SecretKeySpec(key, "HmacSHA256");
    this.decoy = PasswordHash.decoy(random);
  }

  /**
   * @param header value of the Authorization field, if any
   * @param address of the client
   * @return fails with {@link Denied}
   */
  Future<Caller> authenticate(@Nullable String header, String address) {
    Credentials credentials = parse(header);
    if (credentials == null) {
      return Future.failedFuture(new Denied(Denial.WHO_ARE_YOU));
    }
    String token = token(credentials);
    Caller known = known(token);
    if (known != null) {
      return Future.succeededFuture(known);
    }
    String userKey = address + " " + credentials.user();
    if (!perAddress.attempt(address) || !perUser.attempt(userKey)) {
      return Future.failedFuture(new Denied(Denial.SLOW_DOWN));
    }
    if (underWay.incrementAndGet() > MAX_AT_ONCE) {
      underWay.decrementAndGet();
      perAddress.succeeded(address);
      perUser.succeeded(userKey);
      return Future.failedFuture(new Denied(Denial.BUSY));
    }
    UserFile.User user = user(credentials.user());
    return vertx
        .executeBlocking(
            () ->
                (user == null ? decoy : user.hash()).matches(credentials.password().toCharArray()),
            false)
        .onComplete(_ -> underWay.decrementAndGet())
        .compose(right -> {
          if (!right || user == null) {
            log.warn("wrong name or password from {}", address);
            return Future.failedFuture(new Denied(Denial.WHO_ARE_YOU));
          }
          perAddress.succeeded(address);
          perUser.succeeded(userKey);
          Caller caller = user.caller();
          remember(token, caller, user);
          return Future.succeededFuture(caller);
        });
  }

  private static @Nullable Credentials parse(@Nullable String header) {
    if (header == null
        || header.length() > MAX_HEADER
        || !header.regionMatches(true, 0, "Basic ", 0, 6)) {
      return null;
    }
    try {
      byte[] bytes = Base64.getDecoder().decode(header.substring(6).strip());
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      int colon = text.indexOf(':');
      return colon < 1
          ? null
          : new Credentials(text.substring(0, colon), text.substring(colon + 1));
    } catch (IllegalArgumentException | CharacterCodingException e) {
      return null;
    }
  }

  private String token(Credentials credentials) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(cacheKey);
      mac.update(credentials.user().getBytes(StandardCharsets.UTF_8));
      mac.update((byte) 0);
      mac.update(credentials.password().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(mac.doFinal());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  private synchronized @Nullable Caller known(String token) {
    refresh();
    return remembered.get(token);
  }

  private synchronized UserFile.@Nullable User user(String name) {
    refresh();
    return users.get(name);
  }

  private synchronized void remember(String token, Caller caller, UserFile.User user) {
    if (!user.equals(users.get(user.name()))) {
      return;
    }
    if (remembered.size() >= MAX_REMEMBERED) {
      remembered.remove(remembered.keySet().iterator().next());
    }
    remembered.put(token, caller);
  }

  /** Looks at the file once a second; one that cannot be read lets nobody in. */
  private synchronized void refresh() {
    long nanos = ticker.getAsLong();
    if (checked && nanos - checkedNanos < FILE_CHECK_NANOS) {
      return;
    }
    checked = true;
    checkedNanos = nanos;
    try {
      Stamp now = Stamp.of(file);
      if (!now.equals(stamp)) {
        remembered.clear();
        users = Map.of();
        users = UserFile.read(file);
        stamp = now;
      }
    } catch (NoSuchFileException e) {
      forgetAll();
    } catch (IOException e) {
      forgetAll();
      log.error("no user can sign in: {}", e.getMessage());
    }
  }

  /** The file was changed: what it says now holds from the next request on. */
  synchronized void lookAgain() {
    checked = false;
    stamp = null;
  }

  private void forgetAll() {
    remembered.clear();
    users = Map.of();
    stamp = null;
  }
}
