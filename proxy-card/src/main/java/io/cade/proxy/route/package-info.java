/** The routes that the engine announced, and the conversation in which they arrive (SPEC P6). */
@NullMarked
package io.cade.proxy.route;

import org.jspecify.annotations.NullMarked;
