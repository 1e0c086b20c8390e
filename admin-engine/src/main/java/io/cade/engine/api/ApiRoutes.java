package io.cade.engine.api;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.change.Refusal;
import io.cade.engine.operate.Inspection;
import io.cade.engine.operate.LeaseTransfer;
import io.cade.engine.operate.NewService;
import io.cade.engine.operate.Operations;
import io.cade.engine.operate.Views;
import io.cade.engine.web.Bodies;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The resources under {@code /api/v1}. Lists are objects with one member, named like the resource,
 * so that something can be added beside it. At most {@value #MAX_UPLOADS} uploads at once, as
 * {@link UploadPlaces} has it.
 */
final class ApiRoutes {
  private static final int MAX_UPLOADS = 2;
  private static final Duration UPLOAD_TIME = Duration.ofMinutes(5);
  private static final int MAX_LEASE_FILE = 16 << 20;

  /** What a client may send where nothing is expected. */
  static final int MAX_IGNORED = 4 << 10;

  private static final String LEASES = "/api/v1/leases";
  private static final String SERVICES = "/api/v1/services";

  private final Vertx vertx;
  private final Replies replies;
  private final ApiServer.Backing backing;
  private final Inspection inspection;
  private final Operations operations;
  private final UploadPlaces uploads = new UploadPlaces(MAX_UPLOADS);

  ApiRoutes(Vertx vertx, Replies replies, ApiServer.Backing backing) {
    this.vertx = vertx;
    this.replies = replies;
    this.backing = backing;
    this.inspection = backing.inspection();
    this.operations = backing.operations();
  }

  Vertx vertx() {
    return vertx;
  }

  Replies replies() {
    return replies;
  }

  ApiRoutes addTo(Router router) {
    show(router, "/api/v1/cabinet", _ -> inspection.cabinet());
    show(router, "/api/v1/cards", _ -> Map.of("cards", inspection.cards()));
    show(
        router,
        "/api/v1/cards/:position",
        context -> inspection.card(position(context.pathParam("position"))));
    show(router, SERVICES, _ -> Map.of("services", inspection.services()));
    show(router, SERVICES + "/:name", c -> inspection.service(c.pathParam("name")));
    show(router, "/api/v1/sensors", _ -> Map.of("sensors", inspection.sensors()));
    show(router, "/api/v1/proxies", _ -> Map.of("proxies", inspection.proxies()));
    show(router, "/api/v1/swaps", _ -> Map.of("swaps", inspection.swaps()));
    show(
        router,
        LEASES,
        context ->
            backing
                .leases()
                .list(
                    number(context, "from", 0),
                    number(context, "limit", LeaseTransfer.MAX_LISTED)));
    router.get(LEASES + "/export").handler(this::exportLeases);
    router.post(LEASES + "/import").handler(this::importLeases);
    show(router, "/api/v1/boot", _ -> Map.of("counters", inspection.bootCounters()));
    new TrafficRoutes(this, backing.traffic(), backing.protection()).addTo(router);
    new ImageRoutes(this, backing.images()).addTo(router);
    new UpdateRoutes(this, backing.updates()).addTo(router);
    new BackupRoutes(this, backing.backups()).addTo(router);
    new CertificateRoutes(this, backing.certificates()).addTo(router);
    new AlarmRoutes(this, operations.alarms(), inspection).addTo(router);
    router.post(SERVICES).handler(this::createService);
    router.delete(SERVICES + "/:name").handler(this::deleteService);
    new VersionRoutes(this, operations.versions(), inspection).addTo(router);
    new SizeRoutes(this, operations.sizes()).addTo(router);
    new ModelRoutes(this, operations.models(), operations.devices(), operations.modelInspection())
        .addTo(router);
    new HardwareRoutes(this, operations.hardware(), inspection.hardware()).addTo(router);
    new CommandRoutes(this, operations.commands(), inspection.commands()).addTo(router);
    new CollectRoutes(this, operations.collect()).addTo(router);
    new BalancingRoutes(this, operations.traffic(), inspection).addTo(router);
    router.post("/api/v1/alarms/:sequence/acknowledge").handler(this::acknowledge);
    return this;
  }

  interface Show {
    Object of(RoutingContext context) throws Refusal;
  }

  void show(Router router, String path, Show show) {
    router
        .get(path)
        .handler(context -> {
          context.request().resume();
          try {
            replies.ok(context, show.of(context));
          } catch (Refusal e) {
            replies.fail(context, e);
          }
        });
  }

  private void exportLeases(RoutingContext context) {
    context.request().resume();
    onLoop(onDisk(backing.leases()::export))
        .onSuccess(csv -> {
          var _ = context.response().putHeader(HttpHeaders.CONTENT_TYPE, "text/csv").end(csv);
        })
        .onFailure(e -> replies.fail(context, e));
  }

  /** {@code POST /api/v1/leases/import} with a lease file of Kea's as its body. */
  private void importLeases(RoutingContext context) {
    if (!beginUpload(context)) {
      return;
    }
    var caller = Gatekeeper.caller(context);
    read(context, () -> backing.leases().checkImport(caller), MAX_LEASE_FILE, UPLOAD_TIME)
        .compose(csv ->
            onLoop(
                onDisk(() -> csv.toString(StandardCharsets.UTF_8))
                    .thenCompose(text -> backing.leases().importFrom(caller, text))))
        .onComplete(_ -> uploads.giveBack(caller))
        .onSuccess(done -> replies.ok(context, done))
        .onFailure(e -> replies.fail(context, e));
  }

  private void deleteService(RoutingContext context) {
    withoutBody(
        context,
        () ->
            answer(
                context,
                202,
                operations.deleteService(
                    Gatekeeper.caller(context), String.valueOf(context.pathParam("name")))));
  }

  private void acknowledge(RoutingContext context) {
    withoutBody(
        context,
        () -> {
          try {
            long sequence = Long.parseLong(context.pathParam("sequence"));
            answer(context, 200, operations.acknowledge(Gatekeeper.caller(context), sequence));
          } catch (NumberFormatException e) {
            replies.problem(context, 400, "invalid", "the alarm's sequence must be a number");
          }
        });
  }

  /** What is done once a request has been read. */
  interface Act {
    void now() throws Refusal;
  }

  /**
   * Reads the body of a request.
   *
   * @param check asked before, so that nothing is kept of what somebody sends who may not
   */
  Future<Buffer> read(
      RoutingContext context, Supplier<CompletionStage<?>> check, int limit, Duration time) {
    return onLoop(check.get())
        .compose(_ -> {
          Future<Buffer> body = Bodies.read(vertx, context.request(), limit, time);
          context.request().resume();
          return body.compose(buffer -> Gatekeeper.stillAllowed(context).map(buffer));
        });
  }

  /** Ignores a small body that a client may send all the same; answers a refusal. */
  void withoutBody(RoutingContext context, Act then) {
    var body = Bodies.ignore(vertx, context.request(), MAX_IGNORED, Duration.ofSeconds(10));
    context.request().resume();
    body.compose(_ -> Gatekeeper.stillAllowed(context))
        .onSuccess(_ -> {
          try {
            then.now();
          } catch (Refusal e) {
            replies.fail(context, e);
          }
        })
        .onFailure(e -> replies.fail(context, e));
  }

  /** {@code POST /api/v1/services?name=&kind=&host=&host=&cards=} with a ZIP as its body. */
  private void createService(RoutingContext context) {
    NewService order;
    try {
      order = order(context);
    } catch (Refusal e) {
      replies.fail(context, e);
      return;
    }
    var caller = Gatekeeper.caller(context);
    takeContent(
        context,
        () -> operations.checkNewService(caller, order),
        operations::newUpload,
        file -> operations.createService(caller, order, file),
        service -> created(context, service));
  }

  /**
   * Takes in the content of a service.
   *
   * @param check asked before the upload, so that nobody sends 64 MiB to learn that he may not
   * @param place makes the file that the upload goes to
   * @param then owns that file
   */
  <T> void takeContent(
      RoutingContext context,
      Supplier<CompletionStage<?>> check,
      Callable<Path> place,
      Function<Path, CompletionStage<T>> then,
      Consumer<T> answer) {
    if (!beginUpload(context)) {
      return;
    }
    var caller = Gatekeeper.caller(context);
    onLoop(check.get())
        .compose(_ -> onLoop(onDisk(place)))
        .compose(file ->
            Uploads.toFile(vertx, context.request(), file, Gatekeeper.MAX_CONTENT, UPLOAD_TIME)
                .compose(_ -> Gatekeeper.stillAllowed(context))
                .onFailure(_ -> discard(file))
                .compose(_ -> onLoop(then.apply(file))))
        .onComplete(_ -> uploads.giveBack(caller))
        .onSuccess(answer::accept)
        .onFailure(e -> replies.fail(context, e));
  }

  private boolean beginUpload(RoutingContext context) {
    String objection = uploads.take(Gatekeeper.caller(context));
    if (!objection.isEmpty()) {
      context.response().putHeader("Retry-After", "5");
      replies.problem(context, 503, "busy", objection);
      return false;
    }
    return true;
  }

  private void created(RoutingContext context, Views.ServiceView service) {
    context.response().putHeader(HttpHeaders.LOCATION, SERVICES + "/" + service.name());
    replies.send(context, 201, "application/json", seen(service));
  }

  private void discard(Path file) {
    var _ = onDisk(() -> Files.deleteIfExists(file));
  }

  static void requireZip(RoutingContext context) throws Refusal {
    String type = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
    if (type == null || !type.equals("application/zip")) {
      throw new Refusal(
          Refusal.Kind.INVALID,
          "the content of the service is expected as application/zip, everything else in the"
              + " query");
    }
  }

  private static NewService order(RoutingContext context) throws Refusal {
    requireZip(context);
    List<String> hosts = context.queryParam("host");
    if (hosts.isEmpty()) {
      throw missing("host");
    }
    return new NewService(
        required(context, "name"),
        required(context, "kind"),
        hosts,
        number(context, "cards", -1),
        BalancingRoutes.settings(context));
  }

  private static String required(RoutingContext context, String name) throws Refusal {
    List<String> values = context.queryParam(name);
    if (values.size() != 1) {
      throw missing(name);
    }
    return values.getFirst();
  }

  private static Refusal missing(String name) {
    return new Refusal(Refusal.Kind.INVALID, "the query needs one " + name + "=…");
  }

  /**
   * @param otherwise when it is not given; negative when it must be
   */
  static int number(RoutingContext context, String name, int otherwise) throws Refusal {
    List<String> values = context.queryParam(name);
    if (values.isEmpty() && otherwise >= 0) {
      return otherwise;
    }
    try {
      return Integer.parseInt(required(context, name));
    } catch (NumberFormatException e) {
      throw new Refusal(Refusal.Kind.INVALID, name + " must be a number");
    }
  }

  static CardPosition position(@Nullable String text) throws Refusal {
    try {
      return CardPosition.parse(String.valueOf(text));
    } catch (IllegalArgumentException e) {
      throw new Refusal(Refusal.Kind.INVALID, String.valueOf(e.getMessage()));
    }
  }

  <T> CompletionStage<T> onDisk(Callable<T> task) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return task.call();
          } catch (Exception e) {
            throw new CompletionException(e);
          }
        },
        backing.blocking());
  }

  <T> Future<T> onLoop(CompletionStage<T> stage) {
    return Future.fromCompletionStage(stage, vertx.getOrCreateContext());
  }

  void answer(RoutingContext context, int status, CompletionStage<?> stage) {
    onLoop(stage)
        .onSuccess(value -> replies.send(context, status, "application/json", seen(value)))
        .onFailure(e -> replies.fail(context, e));
  }

  /** A change is decided without what is heard of cards and proxies; people want both. */
  Object seen(Object value) {
    return switch (value) {
      case Views.CardView card -> inspection.seen(card);
      case Views.ServiceView service -> inspection.seen(service);
      default -> value;
    };
  }
}
