{
    "name": "Sales Lead Funnel: Demo Company",
    "summary": "A made-up company with seven months of leads, to try the Sales Lead "
    "Funnel on; not for a database with real data",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "Sales Lead Funnel contributors",
    "license": "LGPL-3",
    "depends": ["sales_lead_funnel"],
    "data": ["data/funnel_demo.xml"],
    "post_init_hook": "post_init_hook",
}
