// The plugins are installed in the cache folder; NODE_PATH names it (see make lint).
import {createRequire} from "node:module";

const require = createRequire(import.meta.url);
const globals = require("globals");
const jsdoc = require("eslint-plugin-jsdoc");

const config = {
    files: ["sales_lead_funnel/static/**/*.js"],
    plugins: {jsdoc},
    languageOptions: {
        ecmaVersion: 2024,
        sourceType: "module",
        globals: {...globals.browser, odoo: "readonly", luxon: "readonly"},
    },
    rules: {
        "array-callback-return": "error",
        camelcase: "off",
        complexity: ["warn", 15],
        "consistent-return": "error",
        curly: "error",
        "default-case": "error",
        eqeqeq: "error",
        "guard-for-in": "error",
        "no-alert": "error",
        "no-console": "error",
        "no-const-assign": "error",
        "no-debugger": "error",
        "no-dupe-keys": "error",
        "no-else-return": "error",
        "no-empty": "error",
        "no-eval": "error",
        "no-implicit-globals": "error",
        "no-redeclare": "error",
        "no-shadow": "error",
        "no-undef": "error",
        "no-unreachable": "error",
        "no-unused-vars": ["error", {argsIgnorePattern: "^_"}],
        "no-use-before-define": "error",
        "no-useless-return": "error",
        "no-var": "error",
        "prefer-const": "error",
        "prefer-template": "error",
        "sort-imports": "off",
        strict: ["error", "never"],
        "jsdoc/check-param-names": "error",
        "jsdoc/check-tag-names": ["error", {definedTags: ["odoo-module"]}],
        "jsdoc/check-types": "error",
    },
};

export default [config];
