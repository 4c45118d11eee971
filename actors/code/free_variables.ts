/**
 * Which variables a piece of JavaScript takes from outside.
 *
 * @module
 */

/** A node of an ESTree. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  // deno-lint-ignore no-explicit-any
  readonly [field: string]: any;
}

/** What a function needs from around it. */
export interface Needs {
  /** Free variables, in order of first appearance. */
  readonly variables: readonly string[];
  /** Those of them that are only ever asked for with `typeof`. */
  readonly probed: ReadonlySet<string>;
  /** Whether it uses the `this` of its surroundings. */
  readonly outerThis: boolean;
  /** Whether it uses a `super` of its surroundings. */
  readonly outerSuper: boolean;
  /** Whether it uses `import.meta`. */
  readonly importMeta: boolean;
  /** Relative modules that it imports. */
  readonly relativeImports: readonly string[];
}

class Scope {
  readonly names = new Set<string>();
  constructor(readonly parent: Scope | undefined, readonly isFunction: boolean) {}

  has(name: string): boolean {
    return this.names.has(name) || (this.parent?.has(name) ?? false);
  }

  get functionScope(): Scope {
    return this.isFunction || this.parent === undefined ? this : this.parent.functionScope;
  }
}

interface Place {
  readonly scope: Scope;
  /** Whether `this` and `super` belong to something inside. */
  readonly ownThis: boolean;
  readonly ownSuper: boolean;
}

function isNode(v: unknown): v is Node {
  return typeof v === "object" && v !== null && typeof (v as Node).type === "string";
}

class Analysis {
  /** References are looked up at the end, for declarations are hoisted. */
  readonly references: { name: string; scope: Scope; probed: boolean }[] = [];
  outerThis = false;
  outerSuper = false;
  importMeta = false;
  readonly relativeImports: string[] = [];

  declare(pattern: Node | null, scope: Scope, at: Place): void {
    if (pattern === null) return;
    switch (pattern.type) {
      case "Identifier":
        scope.names.add(pattern.name);
        return;
      case "ObjectPattern":
        for (const p of pattern.properties) {
          if (p.type === "RestElement") this.declare(p.argument, scope, at);
          else {
            if (p.computed) this.visit(p.key, at);
            this.declare(p.value, scope, at);
          }
        }
        return;
      case "ArrayPattern":
        for (const e of pattern.elements) this.declare(e, scope, at);
        return;
      case "AssignmentPattern":
        this.declare(pattern.left, scope, at);
        this.visit(pattern.right, at);
        return;
      case "RestElement":
        this.declare(pattern.argument, scope, at);
    }
  }

  visitAll(nodes: readonly (Node | null)[], at: Place): void {
    for (const n of nodes) if (n !== null) this.visit(n, at);
  }

  inside(at: Place, isFunction = false): Place {
    return { ...at, scope: new Scope(at.scope, isFunction) };
  }

  visit(n: Node, at: Place): void {
    switch (n.type) {
      case "Identifier":
        this.references.push({ name: n.name, scope: at.scope, probed: false });
        return;
      case "UnaryExpression":
        if (n.operator === "typeof" && n.argument.type === "Identifier") {
          this.references.push({ name: n.argument.name, scope: at.scope, probed: true });
          return;
        }
        break;
      case "ThisExpression":
        if (!at.ownThis) this.outerThis = true;
        return;
      case "Super":
        if (!at.ownSuper) this.outerSuper = true;
        return;
      case "MetaProperty":
        if (n.meta.name === "import") this.importMeta = true;
        else if (!at.ownThis) this.outerThis = true;
        return;
      case "ImportExpression":
        if (n.source.type === "Literal" && /^\.{0,2}\//.test(String(n.source.value))) {
          this.relativeImports.push(String(n.source.value));
        }
        break;
      case "MemberExpression":
        this.visit(n.object, at);
        if (n.computed) this.visit(n.property, at);
        return;
      case "Property":
        if (n.computed) this.visit(n.key, at);
        // A method's super is its object's.
        this.visit(n.value, n.method || n.kind !== "init" ? { ...at, ownSuper: true } : at);
        return;
      case "LabeledStatement":
        this.visit(n.body, at);
        return;
      case "BreakStatement":
      case "ContinueStatement":
        return;
      case "VariableDeclaration":
        for (const d of n.declarations) {
          this.declare(d.id, n.kind === "var" ? at.scope.functionScope : at.scope, at);
          if (d.init !== null) this.visit(d.init, at);
        }
        return;
      case "FunctionDeclaration":
        if (n.id !== null) at.scope.names.add(n.id.name);
        this.function(n, at);
        return;
      case "FunctionExpression": {
        const outer = this.inside(at);
        if (n.id !== null) outer.scope.names.add(n.id.name);
        this.function(n, outer);
        return;
      }
      case "ArrowFunctionExpression":
        this.body(n, this.inside(at, true));
        return;
      case "ClassDeclaration":
        if (n.id !== null) at.scope.names.add(n.id.name);
        this.class(n, at);
        return;
      case "ClassExpression":
        this.class(n, at);
        return;
      case "BlockStatement":
      case "Program":
        this.visitAll(n.body, this.inside(at));
        return;
      case "SwitchStatement":
        this.visit(n.discriminant, at);
        this.visitAll(n.cases, this.inside(at));
        return;
      case "CatchClause": {
        const inner = this.inside(at);
        this.declare(n.param, inner.scope, inner);
        this.visit(n.body, inner);
        return;
      }
      case "ForStatement":
      case "ForInStatement":
      case "ForOfStatement":
        this.children(n, this.inside(at));
        return;
    }
    this.children(n, at);
  }

  children(n: Node, at: Place): void {
    for (const key of Object.keys(n)) {
      const v = n[key];
      if (Array.isArray(v)) { for (const e of v) if (isNode(e)) this.visit(e, at); }
      else if (isNode(v)) this.visit(v, at);
    }
  }

  function(n: Node, at: Place): void {
    const inner = { scope: new Scope(at.scope, true), ownThis: true, ownSuper: at.ownSuper };
    inner.scope.names.add("arguments");
    this.body(n, inner);
  }

  body(n: Node, inner: Place): void {
    for (const p of n.params) this.declare(p, inner.scope, inner);
    // The body's block shares the parameters' scope: nothing here depends on telling them apart.
    if (n.body.type === "BlockStatement") this.visitAll(n.body.body, inner);
    else this.visit(n.body, inner);
  }

  class(n: Node, at: Place): void {
    const inner = this.inside(at);
    if (n.id !== null) inner.scope.names.add(n.id.name);
    if (n.superClass !== null) this.visit(n.superClass, inner);
    const member = { ...inner, ownThis: true, ownSuper: true };
    for (const m of n.body.body) {
      if (m.type === "StaticBlock") {
        this.visitAll(m.body, { ...member, scope: new Scope(member.scope, true) });
        continue;
      }
      if (m.computed) this.visit(m.key, inner);
      if (m.value !== null) this.visit(m.value, member);
    }
  }
}

/**
 * What a function's or class's expression takes from outside.
 *
 * @param expression The node of the function or class.
 * @param ownSuper Whether it stands as a method in an object of its own, so that `super` would silently mean another one's.
 */
export function freeVariables(expression: Node): Needs {
  const analysis = new Analysis();
  const top = new Scope(undefined, true);
  analysis.visit(expression, { scope: top, ownThis: false, ownSuper: false });
  const probed = new Map<string, boolean>();
  for (const r of analysis.references) {
    if (!r.scope.has(r.name)) probed.set(r.name, (probed.get(r.name) ?? true) && r.probed);
  }
  return {
    variables: [...probed.keys()],
    probed: new Set([...probed].filter(([, only]) => only).map(([name]) => name)),
    outerThis: analysis.outerThis,
    outerSuper: analysis.outerSuper,
    importMeta: analysis.importMeta,
    relativeImports: analysis.relativeImports,
  };
}
