package io.cade.agent.gateway;

import io.cade.agent.wire.Ask;
import io.cade.agent.wire.AskReply;
import io.cade.agent.wire.EnrolReply;
import io.cade.agent.wire.EnrolRequest;
import io.cade.agent.wire.ErrorReply;
import io.cade.agent.wire.Introduction;
import io.cade.agent.wire.IntroductionReply;
import io.cade.agent.wire.Inventory;
import io.cade.agent.wire.LogReply;
import io.cade.agent.wire.LogUpload;
import io.cade.agent.wire.ProxyReport;
import io.cade.agent.wire.RenewRequest;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.ReportReply;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.agent.wire.WireJson;
import io.cade.image.Digests;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * The gateway's protocol over {@link HttpClient}: HTTP/1.1 on kept-alive TLS 1.3 connections that
 * belong to this channel alone. Answers are bounded ({@link WireJson#MAX_MESSAGE_BYTES}); every
 * call has a time-out that covers the whole answer. Redirects are not followed, no proxy is used.
 */
final class HttpEngineChannel implements EngineChannel {
  /** Slowest download that is waited for; less means that something hangs. */
  private static final long MIN_BYTES_PER_SECOND = 256 * 1024;

  private final HttpClient client;
  private final WireJson json;
  private final HttpEngineChannels.Timeouts timeouts;
  private final String base;
  private final Semaphore handshakes;

  /** Set by whichever call first got an answer. */
  private volatile boolean connected;

  HttpEngineChannel(
      EngineChannels.GatewayAddress gateway,
      SSLContext tls,
      Executor executor,
      HttpEngineChannels.Timeouts timeouts,
      WireJson json,
      Semaphore handshakes) {
    this.json = json;
    this.handshakes = handshakes;
    this.timeouts = timeouts;
    String host = gateway.host().contains(":") ? "[" + gateway.host() + "]" : gateway.host();
    this.base = "https://" + host + ":" + gateway.port();
    SSLParameters parameters = new SSLParameters();
    parameters.setProtocols(new String[] {"TLSv1.3"});
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(HttpClient.Builder.NO_PROXY)
            .sslContext(tls)
            .sslParameters(parameters)
            .localAddress(gateway.local())
            .connectTimeout(timeouts.connect())
            .executor(executor)
            .build();
  }

  @Override
  public EnrolReply enrol(EnrolRequest request) throws IOException, InterruptedException {
    return post("/v1/enrol", request, EnrolReply.class);
  }

  @Override
  public EnrolReply renew(RenewRequest request) throws IOException, InterruptedException {
    return post("/v1/renew", request, EnrolReply.class);
  }

  @Override
  public IntroductionReply introduce(Introduction introduction)
      throws IOException, InterruptedException {
    return post("/v1/introduce", introduction, IntroductionReply.class);
  }

  @Override
  public ReportReply report(Report report) throws IOException, InterruptedException {
    return post("/v1/report", report, ReportReply.class);
  }

  @Override
  public AskReply ask(Ask ask) throws IOException, InterruptedException {
    return post("/v1/ask", ask, AskReply.class);
  }

  @Override
  public void report(ProxyReport report) throws IOException, InterruptedException {
    exchange(postRequest("/v1/proxy-report", report));
  }

  @Override
  public LogReply upload(LogUpload lines) throws IOException, InterruptedException {
    return post("/v1/logs", lines, LogReply.class);
  }

  @Override
  public void upload(Inventory inventory) throws IOException, InterruptedException {
    exchange(postRequest("/v1/inventory", inventory));
  }

  @Override
  public Optional<RouteSnapshot> routes(long after, Duration wait)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(base + "/v1/routes?after=" + after + "&waitMillis=" + wait.toMillis()))
            .GET()
            .build();
    // Not through the gate: a call that waits for news would keep others from connecting.
    HttpResponse<byte[]> answer =
        send(request, bounded(), timeouts.connect().plus(timeouts.request()).plus(wait));
    refuse(answer.statusCode(), answer.body());
    return answer.statusCode() == 204
        ? Optional.empty()
        : Optional.of(json.decode(answer.body(), RouteSnapshot.class));
  }

  @Override
  public void fetchPackage(String digest, Path target, long maxBytes)
      throws IOException, InterruptedException {
    String hex = Digests.hex(digest);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + "/v1/packages/sha256:" + hex)).GET().build();
    Duration limit =
        timeouts.connect().plus(timeouts.request()).plusSeconds(maxBytes / MIN_BYTES_PER_SECOND);
    boolean complete = false;
    // The file is this call's from here on; an existing one is the caller's and is left alone.
    Files.createFile(target);
    try {
      HttpResponse<PackageBody.Outcome> answer =
          await(
              request,
              info ->
                  info.statusCode() == 200
                      ? PackageBody.toFile(target, maxBytes)
                      : PackageBody.refusal(WireJson.MAX_MESSAGE_BYTES),
              limit);
      switch (answer.body()) {
        case PackageBody.Outcome.Refused refused ->
            refuse(answer.statusCode(), refused.body().toByteArray());
        case PackageBody.Outcome.Saved saved -> {
          if (!saved.digest().equals(digest)) {
            throw new IOException(
                "the engine sent a package with digest " + saved.digest() + " for " + digest);
          }
          complete = true;
        }
      }
    } finally {
      if (!complete) {
        Files.deleteIfExists(target);
      }
    }
  }

  @Override
  public void retire() {
    client.shutdown();
  }

  @Override
  public void close() {
    // Calls still under way end with an IOException instead of being waited for.
    client.shutdownNow();
  }

  private <T> T post(String path, Object message, Class<T> type)
      throws IOException, InterruptedException {
    return json.decode(exchange(postRequest(path, message)), type);
  }

  private HttpRequest postRequest(String path, Object message) {
    return HttpRequest.newBuilder(URI.create(base + path))
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofByteArray(json.encode(message)))
        .build();
  }

  private byte[] exchange(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<byte[]> answer =
        await(request, bounded(), timeouts.connect().plus(timeouts.request()));
    refuse(answer.statusCode(), answer.body());
    return answer.body();
  }

  private static BodyHandler<byte[]> bounded() {
    return BodyHandlers.limiting(BodyHandlers.ofByteArray(), WireJson.MAX_MESSAGE_BYTES);
  }

  private void refuse(int status, byte[] body) throws IOException {
    if (status >= 200 && status < 300) {
      return;
    }
    if (status < 400) {
      throw new IOException("the engine answered with the unexpected status " + status);
    }
    ErrorReply reply;
    try {
      reply = json.decode(body, ErrorReply.class);
    } catch (IOException e) {
      reply = new ErrorReply("status-" + status, "no reason given");
    }
    // 5xx is trouble at the other side, not a refusal: asking again later may well succeed.
    if (status >= 500) {
      throw new IOException("the engine failed (" + status + "): " + reply.message());
    }
    throw new GatewayRefusal(status, reply);
  }

  private <T> HttpResponse<T> await(HttpRequest request, BodyHandler<T> handler, Duration limit)
      throws IOException, InterruptedException {
    if (connected) {
      return send(request, handler, limit);
    }
    handshakes.acquire();
    try {
      HttpResponse<T> answer = send(request, handler, limit);
      connected = true;
      return answer;
    } finally {
      handshakes.release();
    }
  }

  /**
   * The client's own time-out ends with the answer's head; this one covers its body too, so that a
   * stalled engine can never hold an agent.
   */
  private <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler, Duration limit)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<T>> answer = client.sendAsync(request, handler);
    try {
      return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new HttpTimeoutException(
          "no complete answer from " + request.uri() + " within " + limit.toMillis() + " ms");
    } catch (InterruptedException e) {
      answer.cancel(true);
      throw e;
    } catch (ExecutionException e) {
      throw unwrapped(e, request);
    }
  }

  private static IOException unwrapped(ExecutionException failure, HttpRequest request) {
    Throwable cause = failure.getCause();
    if (cause instanceof javax.net.ssl.SSLException untrusted) {
      return untrusted;
    }
    String text = cause == null || cause.getMessage() == null ? "failed" : cause.getMessage();
    return new IOException(request.uri() + ": " + text, cause);
  }
}
